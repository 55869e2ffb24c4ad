import { assert } from '../core/assert.ts';
import type { EpochMs } from '../core/instants.ts';
import type { ClassifiedRecord } from './classify-record.ts';
import type { EventPublisher, OutboundEvent } from './event-publisher.ts';
import { toEvents } from './to-event.ts';

/** Counts and reasons for the log; no health values, no keys. */
export interface RelayReport {
  /** The mapping starts again from here; undefined: the whole batch is done. */
  readonly lowestFailed: string | undefined;
  readonly publishedCount: number;
  readonly failedCount: number;
  readonly expiryCount: number;
  readonly skippedCount: number;
  /** Of the oldest entry of the batch: what the relay's lag is measured by. */
  readonly oldestCommittedAtMs: EpochMs | undefined;
  readonly poison: readonly { readonly sequenceNumber: string; readonly reason: string }[];
}

/**
 * Publishes what a batch of stream records says and answers the lowest sequence number that is not done
 * (OBX4): a record is done only when every one of its events was taken. Poison is a failure at its own
 * number, so that the mapping cuts the batch there, retries it a bounded number of times and keeps it in
 * the on-failure destination (OBX5).
 *
 * Records behind a failure are published all the same: when the mapping gives up on a batch that begins
 * with poison, nothing behind it is lost. What is published twice has the same id (OBX2).
 */
export async function relayRecords(
  records: readonly ClassifiedRecord[],
  publisher: EventPublisher,
): Promise<RelayReport> {
  const outgoing = records.flatMap((record) =>
    record.kind === 'change'
      ? toEvents(record.scope, record.entry).map((event) => ({
          sequenceNumber: record.sequenceNumber,
          event,
        }))
      : [],
  );
  const outcomes = await publishAll(
    outgoing.map(({ event }) => event),
    publisher,
  );
  const failed = outgoing.filter((_, index) => outcomes[index]?.kind !== 'published');
  const poison = records.filter((record) => record.kind === 'poison');
  return {
    lowestFailed: lowestOf([...failed, ...poison].map(({ sequenceNumber }) => sequenceNumber)),
    publishedCount: outgoing.length - failed.length,
    failedCount: failed.length,
    expiryCount: records.filter(({ kind }) => kind === 'expiry').length,
    skippedCount: records.filter(({ kind }) => kind === 'removal' || kind === 'other').length,
    oldestCommittedAtMs: oldestOf(records),
    poison: poison.map(({ sequenceNumber, reason }) => ({ sequenceNumber, reason })),
  };
}

function oldestOf(records: readonly ClassifiedRecord[]): EpochMs | undefined {
  let oldest: EpochMs | undefined;
  for (const record of records) {
    if (record.kind !== 'change') continue;
    const { committedAtMs } = record.entry;
    if (oldest === undefined || committedAtMs < oldest) oldest = committedAtMs;
  }
  return oldest;
}

async function publishAll(events: readonly OutboundEvent[], publisher: EventPublisher) {
  if (events.length === 0) return [];
  const outcomes = await publisher.publish(events);
  assert(outcomes.length === events.length, 'a publisher answers one outcome for each event');
  return outcomes;
}

/** Sequence numbers have up to 40 digits: compared as integers, not as texts or floating point. */
function lowestOf(sequenceNumbers: readonly string[]): string | undefined {
  let lowest: string | undefined;
  for (const candidate of sequenceNumbers) {
    if (lowest === undefined || BigInt(candidate) < BigInt(lowest)) lowest = candidate;
  }
  return lowest;
}
