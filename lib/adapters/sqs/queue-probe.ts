import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Asks for the queue's own name: rejects when the queue does not answer. */
export const createQueueProbe =
  (sqs: Pick<SQSClient, 'send'>, queueUrl: string) => async (): Promise<void> => {
    await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }));
  };
