import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Asks for the queue's own name: rejects when the queue does not answer. */
export const createQueueProbe =
  (sqs: Pick<SQSClient, 'send'>, queueUrl: string) =>
  async (abortSignal: AbortSignal): Promise<void> => {
    const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] });
    await sqs.send(command, { abortSignal });
  };
