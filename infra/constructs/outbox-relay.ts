import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, type IEventSourceDlq, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Env as RelayEnv } from '../../functions/stream/relay-outbox/env.ts';
import { physicalName } from '../naming.ts';
import { asTable } from './cdk-interfaces.ts';
import { acceptObjectsUnder } from './grants.ts';
import { ImpactAlarm } from './impact-alarm.ts';
import { ServiceFunction, type ServiceFunctionProps } from './service-function.ts';

/** Sort keys of change entries begin with this (lib/adapters/dynamo/core-keys.ts; a test compares them). */
export const CHANGE_ENTRY_PREFIX = 'CHANGE#';
/** And those of the log that devices sync by with this. */
export const SYNC_ENTRY_PREFIX = 'ENTITYLOG#';

const BATCH_SIZE = 100;
/** Ten tries with Lambda's back-off last for some minutes; then the record goes to the bucket (OBX5). */
const RETRY_COUNT = 10;
/** A stream keeps 24 hours (DynamoDB Streams); an older record cannot come. */
const MAX_RECORD_AGE_HOURS = 24;
/** Batches of one shard at once; records of one partition key stay in order among them (AWS Lambda). */
const PARALLEL_BATCH_COUNT = 4;
/** Lambda writes what it gives up under this (AWS Lambda, "Retaining discarded records"). */
const FAILURE_PREFIX = 'aws/lambda/';
/** Readers see a change within seconds; minutes behind is felt. */
const BEHIND_MS = 120_000;

export interface OutboxRelayProps
  extends Omit<ServiceFunctionProps<typeof RelayEnv>, 'name' | 'description' | 'timeoutSec'> {
  readonly table: Table;
  /** Takes the whole record of what could not be published. */
  readonly failures: Bucket;
  readonly alarmTopic: ITopic;
}

/** Entries of both logs from the table's stream to the relay function, with the guards of OBX5. */
export class OutboxRelay extends Construct {
  readonly relay: ServiceFunction<typeof RelayEnv>;

  constructor(scope: Construct, id: string, props: OutboxRelayProps) {
    super(scope, id);
    this.relay = new ServiceFunction<typeof RelayEnv>(this, {
      ...props,
      name: 'relay-outbox',
      description: 'Publishes each committed change entry as an event',
      timeoutSec: 30,
    });
    this.relay.function.addEventSource(
      new DynamoEventSource(asTable(props.table), {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: BATCH_SIZE,
        bisectBatchOnError: true,
        retryAttempts: RETRY_COUNT,
        maxRecordAge: Duration.hours(MAX_RECORD_AGE_HOURS),
        parallelizationFactor: PARALLEL_BATCH_COUNT,
        reportBatchItemFailures: true,
        onFailure: this.failuresTo(props.failures),
        filters: [CHANGE_ENTRY_PREFIX, SYNC_ENTRY_PREFIX].map((prefix) =>
          FilterCriteria.filter({
            eventName: FilterRule.isEqual('INSERT'),
            dynamodb: { Keys: { sk: { S: FilterRule.beginsWith(prefix) } } },
          }),
        ),
      }),
    );
    this.addAlarms(props);
  }

  /** CDK's own destination grants reading, deleting and wildcards as well; Lambda needs only these. */
  private failuresTo(bucket: Bucket): IEventSourceDlq {
    return {
      bind: () => {
        this.relay.allow(['s3:PutObject'], [bucket.arnForObjects(`${FAILURE_PREFIX}*`)]);
        acceptObjectsUnder(this.relay, bucket, FAILURE_PREFIX);
        this.relay.allow(['s3:ListBucket'], [bucket.bucketArn]);
        if (bucket.encryptionKey !== undefined) {
          this.relay.allowKeyThrough('s3', bucket.encryptionKey, ['kms:GenerateDataKey', 'kms:Decrypt']);
        }
        return { destination: bucket.bucketArn };
      },
    };
  }

  private addAlarms({ deployment: { stage }, alarmTopic, failures }: OutboxRelayProps): void {
    const period = Duration.minutes(1);
    new ImpactAlarm(this, 'BehindAlarm', {
      name: physicalName(stage, 'relay-behind'),
      impact:
        'New samples are stored and readable, but rollups stay stale for all users until the relay catches up.',
      runbook: 'relay-stuck',
      metric: this.relay.function.metric('IteratorAge', { period, statistic: 'Maximum' }),
      threshold: BEHIND_MS,
      periodCount: 3,
      topic: alarmTopic,
    });
    new ImpactAlarm(this, 'GivenUpAlarm', {
      name: physicalName(stage, 'relay-given-up'),
      impact:
        'Some changes were never announced: the rollups of those users stay stale until they are replayed.',
      runbook: 'relay-stuck',
      metric: new Metric({
        namespace: 'AWS/S3',
        metricName: 'PutRequests',
        dimensionsMap: { BucketName: failures.bucketName, FilterId: 'failures' },
        period,
        statistic: 'Sum',
      }),
      threshold: 1,
      periodCount: 1,
      topic: alarmTopic,
    });
  }
}
