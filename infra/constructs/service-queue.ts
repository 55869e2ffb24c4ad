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
    this.deadLetterQueue = addDeadLetterQueue(this, { deployment, name, key });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      removalPolicy: deployment.settings.removalPolicy,
      queueName: physicalName(deployment.stage, name),
      visibilityTimeout: Duration.seconds(props.visibilityTimeoutSec),
      retentionPeriod: Duration.days(QUEUE_RETENTION_DAYS),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: props.maxReceiveCount },
    });
  }
}

/** `<name>-dead-letters`, of a queue or of anything else that gives up on messages. */
export function addDeadLetterQueue(
  scope: Construct,
  { deployment, name, key }: { readonly deployment: Deployment; readonly name: string; readonly key: IKey },
): Queue {
  const queue = new Queue(scope, 'DeadLetters', {
    encryption: QueueEncryption.KMS,
    encryptionMasterKey: key,
    enforceSSL: true,
    removalPolicy: deployment.settings.removalPolicy,
    queueName: physicalName(deployment.stage, `${name}-dead-letters`),
    retentionPeriod: Duration.days(DEAD_LETTER_RETENTION_DAYS),
  });
  acceptFindings(queue, {
    'Serverless-SQSRedrivePolicy':
      'This is a dead-letter queue: what lies here waits for a person (docs/runbooks).',
  });
  return queue;
}
