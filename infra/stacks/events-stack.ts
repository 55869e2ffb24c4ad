import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acceptFindings } from '../constructs/accept-findings.ts';
import { asBucket } from '../constructs/cdk-interfaces.ts';
import { OutboxRelay } from '../constructs/outbox-relay.ts';
import type { Deployment } from '../constructs/service-function.ts';
import { physicalName } from '../naming.ts';
import type { DataStack } from './data-stack.ts';
import type { FoundationStack } from './foundation-stack.ts';

/** Past the change horizon of 90 days a replay from the change entries would not find them either. */
const FAILURE_DAYS = 90;

export interface EventsStackProps extends StackProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
}

/** The bus, and the relay that puts on it what was committed (OBX1 to OBX6). */
export class EventsStack extends Stack {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, props: EventsStackProps) {
    super(scope, id, props);
    const { deployment, foundation, data } = props;
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: physicalName(deployment.stage, 'events'),
      description: 'Everything that Headwater says happened',
      kmsKey: foundation.key,
    });
    const { relay } = new OutboxRelay(this, 'Outbox', {
      deployment,
      key: foundation.key,
      table: data.core,
      failures: this.addFailures(props),
      alarmTopic: foundation.alarmTopic,
      environment: { STAGE: deployment.stage, EVENT_BUS_NAME: this.bus.eventBusName },
    });
    relay.allow(['events:PutEvents'], [this.bus.eventBusArn]);
  }

  private addFailures({ deployment, foundation }: EventsStackProps): Bucket {
    const bucket = new Bucket(this, 'RelayFailures', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.KMS,
      encryptionKey: foundation.key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: asBucket(foundation.accessLogs),
      serverAccessLogsPrefix: 'relay-failures/',
      metrics: [{ id: 'failures' }],
      lifecycleRules: [{ expiration: Duration.days(FAILURE_DAYS) }],
      removalPolicy: deployment.settings.removalPolicy,
    });
    acceptFindings(bucket, {
      'HIPAA.Security-S3BucketVersioningEnabled':
        'Lambda writes each failed batch once, under a name of its own.',
      'HIPAA.Security-S3BucketReplicationEnabled':
        'The change entries in the table are the original; this is a notice.',
    });
    return bucket;
  }
}
