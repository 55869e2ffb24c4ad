import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE } from '../../../contracts/events/envelope.ts';
import type { EventPublisher, OutboundEvent, PublishOutcome } from '../../outbox/event-publisher.ts';

export type EventBridge = Pick<EventBridgeClient, 'send'>;

/** PutEvents takes 10 entries a call (EventBridge quotas). */
const MAX_ENTRY_COUNT = 10;
/**
 * PutEvents takes 1 MB a call by the EventBridge quotas of today and took 256 KB for years; calls stay under
 * the smaller. The largest event of ours is a quarter of it (MAX_DETAIL_BYTES of lib/outbox).
 */
const MAX_CALL_BYTES = 256_000;

/**
 * EventPublisher on an EventBridge bus. Each entry has its own outcome (OBX4): what the reply says of it,
 * or, when the call failed or the reply has no word of it, failed.
 */
export const createEventPublisher = (eventBridge: EventBridge, eventBusName: string): EventPublisher => ({
  publish: async (events) => {
    const entries = events.map((event) => toEntry(event, eventBusName));
    const outcomes = await Promise.all(cutIntoCalls(entries).map((call) => putCall(eventBridge, call)));
    return outcomes.flat();
  },
});

const toEntry = (event: OutboundEvent, eventBusName: string): PutEventsRequestEntry => ({
  EventBusName: eventBusName,
  Source: EVENT_SOURCE,
  DetailType: event.type,
  Detail: JSON.stringify(event.detail),
});

/** Runs in order, each within both limits, or one entry alone. */
export function cutIntoCalls(entries: readonly PutEventsRequestEntry[]): readonly PutEventsRequestEntry[][] {
  const calls: PutEventsRequestEntry[][] = [];
  let usedBytes = 0;
  for (const entry of entries) {
    const entryBytes = bytesOfEntry(entry);
    const current = calls.at(-1);
    if (
      current === undefined ||
      current.length === MAX_ENTRY_COUNT ||
      usedBytes + entryBytes > MAX_CALL_BYTES
    ) {
      calls.push([entry]);
      usedBytes = entryBytes;
    } else {
      current.push(entry);
      usedBytes += entryBytes;
    }
  }
  return calls;
}

/** As EventBridge counts an entry: UTF-8 of source, detail-type and detail ("Calculating entry size"). */
const bytesOfEntry = ({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number =>
  Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);

async function putCall(
  eventBridge: EventBridge,
  entries: readonly PutEventsRequestEntry[],
): Promise<readonly PublishOutcome[]> {
  try {
    const reply = await eventBridge.send(new PutEventsCommand({ Entries: [...entries] }));
    return entries.map((_, index) => outcomeOf(reply.Entries?.[index]));
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    return entries.map(() => ({ kind: 'failed', reason }));
  }
}

/** An entry that was taken has an event id. */
function outcomeOf(
  entry: { readonly EventId?: string | undefined; readonly ErrorCode?: string | undefined } | undefined,
): PublishOutcome {
  if (entry?.EventId !== undefined && entry.ErrorCode === undefined) return { kind: 'published' };
  return { kind: 'failed', reason: entry?.ErrorCode ?? 'no_result' };
}
