import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { logicalName, physicalName, type QueueName } from '../naming.ts';
import { acceptFindings } from './accept-findings.ts';
import type { Deployment } from './service-function.ts';

export interface ServiceQueueProps {
  readonly deployment: Deployment;
  readonly name: QueueName;
  readonly key: IKey;
  readonly visibilityTimeoutSec: number;
  readonly maxReceiveCount: number;
}

/** Four days to be consumed, then fourteen in the DLQ (SQS's longest): the clock of a message never restarts. */
const QUEUE_RETENTION_DAYS = 4;
const DEAD_LETTER_RETENTION_DAYS = 14;

/** A queue with its dead-letter queue, both under the customer's key and over TLS only. */
export class ServiceQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, props: ServiceQueueProps) {
    super(scope, logicalName(props.name));
    const { key, name, deployment } = props;
    const encryption = {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      removalPolicy: deployment.settings.removalPolicy,
    };
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      ...encryption,
      queueName: physicalName(deployment.stage, `${name}-dead-letters`),
      retentionPeriod: Duration.days(DEAD_LETTER_RETENTION_DAYS),
    });
    this.queue = new Queue(this, 'Queue', {
      ...encryption,
      queueName: physicalName(deployment.stage, name),
      visibilityTimeout: Duration.seconds(props.visibilityTimeoutSec),
      retentionPeriod: Duration.days(QUEUE_RETENTION_DAYS),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: props.maxReceiveCount },
    });
    acceptFindings(this.deadLetterQueue, {
      'Serverless-SQSRedrivePolicy':
        'This is a dead-letter queue: what lies here waits for a person (docs/runbooks).',
    });
  }
}
