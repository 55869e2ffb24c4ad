import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

import type { Clock } from '../../core/clock.ts';

/** SQS hands out ten messages a call (its API reference). */
const RECEIVE_COUNT = 10;
/** Hidden while one looks, so that no message is met twice; shown again at the end, or after this. */
const LOOK_SEC = 30;
/** Long enough to send a batch on; a run that is cut off leaves the rest visible after it. */
const MOVE_SEC = 60;

export interface DeadLetter {
  readonly messageId: string;
  readonly body: string;
  readonly sentAtMs: number;
  readonly receiveCount: number;
}

/** Dead-letter queues of one stage: `headwater-<stage>-<name>-dead-letters` beside `headwater-<stage>-<name>`. */
export interface DeadLetters {
  /** How many messages lie there; approximate, as SQS counts. */
  count(queueName: string): Promise<number>;
  /** Up to `limit` of them, which stay where they are and can be redriven at once. */
  look(queueName: string, limit: number): Promise<readonly DeadLetter[]>;
  /**
   * Moves every message that was sent before now back to its queue and answers how many: what fails again
   * meanwhile waits for another call. Each is sent before it is deleted: a run
   * that is cut off may leave one in both, and none in neither.
   */
  redrive(queueName: string): Promise<number>;
}

export function createDeadLetters(sqs: Pick<SQSClient, 'send'>, stage: string, clock: Clock): DeadLetters {
  const urlOf = async (name: string): Promise<string> => {
    const reply = await sqs.send(new GetQueueUrlCommand({ QueueName: `headwater-${stage}-${name}` }));
    if (reply.QueueUrl === undefined) throw new Error(`SQS does not say where headwater-${stage}-${name} is`);
    return reply.QueueUrl;
  };
  const deadUrlOf = (name: string): Promise<string> => urlOf(`${name}-dead-letters`);
  return {
    count: async (name) => countMessages(sqs, await deadUrlOf(name)),
    look: async (name, limit) => look(sqs, await deadUrlOf(name), limit),
    redrive: async (name) => {
      const [from, to] = await Promise.all([deadUrlOf(name), urlOf(name)]);
      const startedMs = clock.now();
      let movedCount = 0;
      for (;;) {
        const received = await receive(sqs, from, MOVE_SEC);
        const messages = received.filter((message) => toDeadLetter(message).sentAtMs <= startedMs);
        if (messages.length === 0) return movedCount;
        for (const message of messages) await move(sqs, message, { from, to });
        movedCount += messages.length;
      }
    },
  };
}

async function countMessages(sqs: Pick<SQSClient, 'send'>, queueUrl: string): Promise<number> {
  const reply = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(reply.Attributes?.ApproximateNumberOfMessages ?? 0);
}

async function receive(sqs: Pick<SQSClient, 'send'>, queueUrl: string, hiddenSec: number) {
  const reply = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: RECEIVE_COUNT,
      VisibilityTimeout: hiddenSec,
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      MessageAttributeNames: ['All'],
    }),
  );
  return reply.Messages ?? [];
}

async function look(sqs: Pick<SQSClient, 'send'>, queueUrl: string, limit: number) {
  const received: Message[] = [];
  const seen = new Map<string, DeadLetter>();
  try {
    for (;;) {
      const messages = await receive(sqs, queueUrl, LOOK_SEC);
      received.push(...messages);
      const fresh = messages.map(toDeadLetter).filter(({ messageId }) => !seen.has(messageId));
      for (const letter of fresh) seen.set(letter.messageId, letter);
      if (fresh.length === 0 || seen.size >= limit) return [...seen.values()].slice(0, limit);
    }
  } finally {
    for (const { ReceiptHandle } of received) await showAgain(sqs, queueUrl, ReceiptHandle);
  }
}

/** What is gone, or was taken by another, is shown by nobody: neither is a fault of the one who looks. */
async function showAgain(
  sqs: Pick<SQSClient, 'send'>,
  QueueUrl: string,
  ReceiptHandle: string | undefined,
): Promise<void> {
  const command = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
  await sqs.send(command).catch(() => undefined);
}

const toDeadLetter = (message: Message): DeadLetter => ({
  messageId: message.MessageId ?? '',
  body: message.Body ?? '',
  sentAtMs: Number(message.Attributes?.SentTimestamp ?? 0),
  receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 0),
});

async function move(
  sqs: Pick<SQSClient, 'send'>,
  message: Message,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: to,
      MessageBody: message.Body,
      ...(message.MessageAttributes === undefined ? {} : { MessageAttributes: message.MessageAttributes }),
    }),
  );
  await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle: message.ReceiptHandle }));
}
