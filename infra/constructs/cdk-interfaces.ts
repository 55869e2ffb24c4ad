import type { ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';

/*
 * The CDK's classes declare `name: T | undefined` where its interfaces declare `name?: T`. With
 * exactOptionalPropertyTypes they differ, although every such class is made to serve as its interface.
 */
export const asTable = (table: Table): ITable => table as ITable;
export const asBucket = (bucket: Bucket): IBucket => bucket as IBucket;
export const asEventBus = (bus: EventBus): IEventBus => bus as IEventBus;
