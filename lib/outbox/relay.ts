import { assert } from '../core/assert.ts';
import type { EpochMs } from '../core/instants.ts';
import type { ClassifiedRecord } from './classify-record.ts';
import type { EventPublisher, OutboundEvent } from './event-publisher.ts';
import { toEvents } from './to-event.ts';

/** Counts and reasons for the log; no health values, no keys. */
export interface RelayReport {
  /** The mapping starts again from here; undefined: the whole batch is done. */
  readonly lowestFailed: string | undefined;
  /**
   * The first record is poison and others follow it. To name it as failed would have the mapping try the
   * whole batch again, until it gives up on all of it: a function error instead has it halved (OBX5).
   */
  readonly isLedByPoison: boolean;
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
 * number, so that the mapping goes on from there and finds it leading the next batch (OBX5).
 *
 * Records behind a failure are published all the same: poison holds up its shard for some minutes, and not
 * the events of its neighbours. What is published twice has the same id (OBX2).
 */
export async function relayRecords(
  records: readonly ClassifiedRecord[],
  publisher: EventPublisher,
): Promise<RelayReport> {
  const translated = records.map(translate);
  const outgoing = translated.flatMap(({ sequenceNumber, events }) =>
    events.map((event) => ({ sequenceNumber, event })),
  );
  const outcomes = await publishAll(
    outgoing.map(({ event }) => event),
    publisher,
  );
  const failed = outgoing.filter((_, index) => outcomes[index]?.kind !== 'published');
  const poison = translated.flatMap(({ sequenceNumber, poisonedBy }) =>
    poisonedBy === undefined ? [] : [{ sequenceNumber, reason: poisonedBy }],
  );
  return {
    lowestFailed: lowestOf([...failed, ...poison].map(({ sequenceNumber }) => sequenceNumber)),
    isLedByPoison: translated.length > 1 && translated[0]?.poisonedBy !== undefined,
    publishedCount: outgoing.length - failed.length,
    failedCount: failed.length,
    expiryCount: records.filter(({ kind }) => kind === 'expiry').length,
    skippedCount: records.filter(({ kind }) => kind === 'removal' || kind === 'other').length,
    oldestCommittedAtMs: oldestOf(records),
    poison,
  };
}

interface Translated {
  readonly sequenceNumber: string;
  readonly events: readonly OutboundEvent[];
  /** Why the record has no events although it should have some. */
  readonly poisonedBy: string | undefined;
}

/** An entry that can be read and not be told of is poison as well: it must not fail the batch around it. */
function translate(record: ClassifiedRecord): Translated {
  const { sequenceNumber } = record;
  if (record.kind === 'poison') return { sequenceNumber, events: [], poisonedBy: record.reason };
  if (record.kind !== 'change') return { sequenceNumber, events: [], poisonedBy: undefined };
  try {
    return { sequenceNumber, events: toEvents(record.scope, record.entry), poisonedBy: undefined };
  } catch (error) {
    return { sequenceNumber, events: [], poisonedBy: error instanceof Error ? error.name : 'untellable' };
  }
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
