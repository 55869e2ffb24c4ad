import { createHash } from 'node:crypto';
import type { Origin } from '../../../contracts/events/samples-changed.v1.ts';
import type { SyncId } from '../../../contracts/primitives/ids.ts';
import { type EpochMs, localDateOf } from '../../core/instants.ts';
import type { DataType, RawPage } from '../../providers/definition.ts';
import type { ProviderRecord } from '../../providers/model.ts';
import { NO_COUNTS, type QuarantinedRecord, type SyncCounts } from '../model.ts';
import { type DataGroup, type DataOutcome, MAX_GROUP_COUNT } from './data-writer.ts';
import { mapPage } from './map-page.ts';
import { noteMistake } from './note-mistake.ts';
import { GROUP_RAW_BYTES, GROUP_RECORD_COUNT } from './sync-limits.ts';
import { addCounts } from './sync-progress.ts';
import { mapContextOf, type SyncSession } from './sync-session.ts';

export interface GroupPlace {
  /** The sync that the records count for, and whose quarantine they may end in. */
  readonly syncId: SyncId;
  readonly origin: Origin;
  /**
   * Names the group within the user, without `#`, `/` and spaces; at most 90 characters. The same pages must
   * come under the same key when a step is done again: then they count as they did.
   */
  readonly groupKey: string;
  /** DataGroup.asOfMs, of payloads that were kept. */
  readonly asOfMs?: EpochMs | undefined;
}

interface Placed {
  readonly record: ProviderRecord;
  readonly rawKey: string;
  readonly index: number;
}

/**
 * Pages of one data type on their way into the ingest core: kept raw, mapped, gathered and stored together, so
 * that memory holds one group and never a whole window (CON24). What cannot be read or is refused is set aside.
 */
export class PageGroup {
  readonly #session: SyncSession;
  readonly #type: DataType;
  readonly #place: GroupPlace;
  #placed: Placed[] = [];
  #quarantined: QuarantinedRecord[] = [];
  #counts: SyncCounts = NO_COUNTS;
  #rawBytes = 0;

  constructor(session: SyncSession, type: DataType, place: GroupPlace) {
    this.#session = session;
    this.#type = type;
    this.#place = place;
  }

  get isEmpty(): boolean {
    return this.#counts.pages === 0;
  }
  get isFull(): boolean {
    return this.#placed.length >= GROUP_RECORD_COUNT || this.#rawBytes >= GROUP_RAW_BYTES;
  }

  /** Keeps the page under `name` and takes its records in. */
  async addPage(page: Pick<RawPage, 'body' | 'payload'>, name: string): Promise<void> {
    const { deps, scope, connectionId } = this.#session;
    const rawKey = await deps.raw.put(
      scope,
      {
        connectionId,
        date: localDateOf(deps.clock.now(), 0),
        syncId: this.#place.syncId,
        dataType: this.#type.code,
        name,
      },
      page.body,
    );
    this.addKept(page.payload, rawKey);
    this.#rawBytes += page.body.length;
  }

  /** Takes the records of a page that is kept already. */
  addKept(payload: unknown, rawKey: string): void {
    const mapped = mapPage(this.#type, payload, mapContextOf(this.#session), (error) =>
      noteMistake(this.#session, this.#type.code, error),
    );
    for (const [index, record] of mapped.records.entries()) this.#placed.push({ record, rawKey, index });
    for (const { index, reason, externalId } of mapped.unreadable) {
      this.#setAside({ rawKey, index, reason, externalId });
    }
    this.#counts = addCounts(this.#counts, {
      ...NO_COUNTS,
      fetched: mapped.fetchedCount,
      refused: mapped.unreadable.length,
      pages: 1,
    });
  }

  /** Takes records that no page holds, such as what a deletion comes to. */
  addRecords(records: readonly ProviderRecord[]): void {
    for (const [index, record] of records.entries()) this.#placed.push({ record, rawKey: '', index });
  }

  /**
   * Stores what was gathered and answers what became of it. A repeat stores and counts the same. With `replaces`
   * what is gathered is all there is in that window (DataGroup.replaces), if it fits one write.
   */
  async store(replaces?: DataGroup['replaces']): Promise<SyncCounts> {
    const { deps, scope } = this.#session;
    let counts = this.#counts;
    const isWhole = this.#placed.length <= MAX_GROUP_COUNT;
    const replaced = isWhole && replaces !== undefined ? { replaces } : {};
    for (let start = 0, part = 0; start < this.#placed.length; start += MAX_GROUP_COUNT, part += 1) {
      const placed = this.#placed.slice(start, start + MAX_GROUP_COUNT);
      counts = addCounts(counts, this.#countsOf(await this.#write(placed, part, replaced), placed));
    }
    if (this.#placed.length === 0 && replaces !== undefined)
      counts = addCounts(counts, this.#countsOf(await this.#write([], 0, replaced), []));
    if (this.#quarantined.length > 0) {
      await deps.quarantine.add(scope, this.#quarantined);
      deps.meter.add('RecordsQuarantined', this.#quarantined.length);
    }
    return counts;
  }

  #write(
    placed: readonly Placed[],
    part: number,
    replaced: Pick<DataGroup, 'replaces'>,
  ): Promise<DataOutcome> {
    const { deps, scope, connection, correlationId } = this.#session;
    return deps.writer.write(scope, {
      groupKey: `${this.#place.groupKey}:${part}`,
      provider: connection.provider,
      origin: this.#place.origin,
      correlationId,
      nowMs: deps.clock.now(),
      asOfMs: this.#place.asOfMs,
      records: placed.map(({ record }) => record),
      ...replaced,
    });
  }

  #countsOf({ counts, refused }: DataOutcome, placed: readonly Placed[]): SyncCounts {
    for (const { index, reason } of refused) {
      const at = placed[index];
      if (at === undefined || !SET_ASIDE_REASONS.has(reason)) continue;
      this.#setAside({ ...at, reason, externalId: externalIdOf(at.record) });
    }
    return { ...NO_COUNTS, ...counts };
  }

  #setAside(entry: {
    readonly rawKey: string;
    readonly index: number;
    readonly reason: string;
    readonly externalId: string | undefined;
  }): void {
    if (this.#quarantined.length >= MAX_QUARANTINED_PER_GROUP_COUNT) return;
    const { rawKey, index, reason, externalId } = entry;
    const { deps, connectionId } = this.#session;
    const hash = createHash('sha256').update(`${rawKey} ${index} ${reason}`).digest('hex');
    this.#quarantined.push({
      quarantineId: `${this.#place.syncId}-${hash.slice(0, 24)}`,
      connectionId,
      syncId: this.#place.syncId,
      dataType: this.#type.code,
      externalId: externalId?.slice(0, MAX_SET_ASIDE_CHARS),
      reason: reason.slice(0, MAX_SET_ASIDE_CHARS),
      rawKey,
      index,
      atMs: deps.clock.now(),
    });
  }
}

/** A page where everything is wrong says the same thing over and over: further ones are counted only. */
const MAX_QUARANTINED_PER_GROUP_COUNT = 100;

/** An id that is no id may be as long as a page, and no item of the database holds that. */
const MAX_SET_ASIDE_CHARS = 512;

/** A person's own wish and a repeat within the group are no faults of the record. */
const SET_ASIDE_REASONS = {
  has: (reason: string): boolean => reason !== 'privacy_blocked' && reason !== 'duplicate_in_batch',
};

function externalIdOf(record: ProviderRecord): string | undefined {
  return 'externalId' in record ? record.externalId : record.recordId;
}
