import { CreateBucketCommand, HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { QueueDeclaration } from '../assembly/declared.ts';

/** Creates the queues that are missing and gives the others the template's attributes. Messages stay. */
export async function createQueues(sqs: SQSClient, queues: readonly QueueDeclaration[]): Promise<void> {
  // Those without a redrive policy first: they are what the others name as their dead-letter queue.
  const ordered = [...queues].sort(
    (one, other) => Number(one.RedrivePolicy !== undefined) - Number(other.RedrivePolicy !== undefined),
  );
  for (const queue of ordered) {
    const attributes = attributesOf(queue);
    try {
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue.name }));
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
    } catch {
      await sqs.send(new CreateQueueCommand({ QueueName: queue.name, Attributes: attributes }));
    }
  }
}

const attributesOf = (queue: QueueDeclaration): Record<string, string> => ({
  VisibilityTimeout: String(queue.VisibilityTimeout),
  DelaySeconds: String(queue.DelaySeconds),
  MessageRetentionPeriod: String(queue.MessageRetentionPeriod),
  ReceiveMessageWaitTimeSeconds: String(queue.ReceiveMessageWaitTimeSeconds),
  ...(queue.RedrivePolicy === undefined ? {} : { RedrivePolicy: JSON.stringify(queue.RedrivePolicy) }),
});

export async function createBuckets(s3: S3Client, names: readonly string[]): Promise<void> {
  for (const Bucket of names) {
    try {
      await s3.send(new HeadBucketCommand({ Bucket }));
    } catch {
      await s3.send(new CreateBucketCommand({ Bucket }));
    }
  }
}
