import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Clock } from '../../../lib/core/clock.ts';
import { lastPart, type MappingDeclaration } from '../assembly/declared.ts';
import type { Faults } from '../faults/faults.ts';
import type { FlowLog } from '../flow/flow-log.ts';
import type { InvocationResult, Invoke } from '../functions/invocation.ts';
import type { Mapping } from '../streams/stream-mapping.ts';

export interface QueueMappingSettings {
  readonly mapping: MappingDeclaration;
  readonly region: string;
  readonly queueUrl: string;
  readonly visibilityTimeoutSec: number;
  /** Pollers, each with one batch at a time. */
  readonly pollerCount: number;
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly invoke: Invoke;
  readonly faults: Faults;
  readonly flow: FlowLog;
  readonly clock: Clock;
}

/** Messages of one receive, and of one batch delete (SQS quotas). */
const MAX_RECEIVE_COUNT = 10;
const LONG_POLL_SEC = 20;
const OUTAGE_MS = 300;
/** How long a batch that is not full is filled up: a burst is then projected in a few batches, not one by one. */
const GATHER_MS = 200;
/** A message that the fault switch holds back comes again after this. */
const REDELIVERY_SEC = 1;

const Response = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish(),
});

/**
 * The event source mapping of a queue: long poll, invoke, delete what succeeded. What failed stays and comes
 * back, after a second, two, four and so on and at the latest after the queue's visibility timeout: on AWS it
 * is always that timeout, which is up to 30 minutes here and nothing that a person at a laptop should wait for.
 */
export function startQueueMapping(settings: QueueMappingSettings): Mapping {
  const stopping = new AbortController();
  const pollers = Array.from({ length: settings.pollerCount }, () => poll(settings, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(pollers);
    },
  };
}

async function poll(settings: QueueMappingSettings, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const messages = await receive(settings, signal);
      if (messages.length > 0) await handleMessages(messages, settings);
    } catch {
      if (!signal.aborted) await settings.clock.sleep(OUTAGE_MS);
    }
  }
}

/** Waits for the first messages; a larger batch is then filled with what comes while it gathers. */
async function receive(settings: QueueMappingSettings, signal: AbortSignal): Promise<readonly Message[]> {
  const { sqs, queueUrl, mapping, clock } = settings;
  const messages: Message[] = [];
  let hasGathered = false;
  while (messages.length < mapping.BatchSize) {
    const asked = Math.min(MAX_RECEIVE_COUNT, mapping.BatchSize - messages.length);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: asked,
        WaitTimeSeconds: messages.length === 0 ? LONG_POLL_SEC : 0,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
      { abortSignal: signal },
    );
    messages.push(...Messages);
    if (Messages.length === asked) continue;
    if (hasGathered || messages.length === 0) break;
    hasGathered = true;
    await clock.sleep(GATHER_MS);
  }
  return messages;
}

/** One batch, from invocation to deletion. */
export async function handleMessages(
  received: readonly Message[],
  settings: QueueMappingSettings,
): Promise<void> {
  const { faults, clock, invoke, mapping, flow } = settings;
  const again = received.filter(({ Attributes }) => Number(Attributes?.ApproximateReceiveCount ?? 1) > 1);
  flow.count('queueReceives', received.length);
  flow.count('queueRedeliveries', again.length);
  const fault = faults.queue();
  if (fault.kind === 'drop') return holdBack(received, () => REDELIVERY_SEC, settings);
  if (fault.kind === 'delay') await clock.sleep(fault.delayMs);
  const messages = faults.reorder(received);
  const event = { Records: messages.map((message) => toRecord(message, settings)) };
  if (fault.kind === 'duplicate') await invoke(event);
  const result = await invoke(event);
  if (fault.kind === 'lost-answer') return holdBack(received, () => REDELIVERY_SEC, settings);
  const failedIds = failedIdsOf(result, messages, mapping.FunctionResponseTypes.length > 0);
  flow.add('queue', failedIds.size === 0 ? 'batch handled' : 'batch failed in part', {
    queue: lastPart(mapping.EventSourceArn),
    messages: messages.length,
    failed: failedIds.size,
    messageId: messages[0]?.MessageId ?? '',
  });
  await deleteAll(
    messages.filter(({ MessageId = '' }) => !failedIds.has(MessageId)),
    settings,
  );
  const failed = messages.filter(({ MessageId = '' }) => failedIds.has(MessageId));
  await holdBack(failed, (receiveCount) => 2 ** Math.max(0, receiveCount - 1), settings);
}

/** An answer that cannot be read, or that names a message which was not sent, fails the whole batch. */
function failedIdsOf(
  result: InvocationResult,
  messages: readonly Message[],
  reportsItemFailures: boolean,
): ReadonlySet<string> {
  const all = new Set(messages.map(({ MessageId = '' }) => MessageId));
  if (!result.ok) return all;
  if (!reportsItemFailures) return new Set();
  const parsed = Response.nullable().safeParse(JSON.parse(result.payload));
  if (!parsed.success) return all;
  const failed = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((id) => all.has(id)) ? new Set(failed) : all;
}

async function deleteAll(
  messages: readonly Message[],
  { sqs, queueUrl, flow }: QueueMappingSettings,
): Promise<void> {
  for (let from = 0; from < messages.length; from += MAX_RECEIVE_COUNT) {
    const Entries = messages
      .slice(from, from + MAX_RECEIVE_COUNT)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const { Successful = [] } = await sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
    );
    flow.count('queueDeletions', Successful.length);
  }
}

async function holdBack(
  messages: readonly Message[],
  delaySecOf: (receiveCount: number) => number,
  { sqs, queueUrl, visibilityTimeoutSec }: QueueMappingSettings,
): Promise<void> {
  await Promise.all(
    messages.map(({ ReceiptHandle, Attributes }) => {
      const delaySec = delaySecOf(Number(Attributes?.ApproximateReceiveCount ?? 1));
      const VisibilityTimeout = Math.max(1, Math.min(delaySec, visibilityTimeoutSec));
      return sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout }),
      );
    }),
  );
}

const toRecord = (message: Message, { mapping, region }: QueueMappingSettings) => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  attributes: message.Attributes ?? {},
  messageAttributes: {},
  md5OfBody: message.MD5OfBody,
  eventSource: 'aws:sqs',
  eventSourceARN: mapping.EventSourceArn,
  awsRegion: region,
});
