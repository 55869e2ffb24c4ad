import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { canonical } from './digest-model.ts';
import {
  after,
  type ModelElement,
  type ModelField,
  type ModelPolicy,
  NO_FIELD,
  writeField,
} from './field-model.ts';

/** One change as a device sent it. */
export interface SentChange {
  readonly requestId: string;
  readonly entityType: string;
  readonly id: string;
  readonly op: 'create' | 'update' | 'delete';
  readonly baseVersion?: number;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly hlc: string;
}

export type SaidOutcome =
  | { readonly kind: 'successful'; readonly version: number; readonly id: string }
  | { readonly kind: 'conflict'; readonly outcome: string; readonly version: number; readonly id: string }
  | { readonly kind: 'failed'; readonly code: string };

/** A row as it was stored, with what its next merge is decided by. */
export interface StoredImage {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly deleted: boolean;
  readonly data: Readonly<Record<string, unknown>>;
  readonly stamps: Readonly<Record<string, { readonly hlc: string; readonly version: number }>>;
  readonly elements: Readonly<Record<string, Readonly<Record<string, ModelElement>>>>;
}

/** A change that was not refused, with its answer. */
interface Said {
  readonly change: SentChange;
  readonly said: Exclude<SaidOutcome, { kind: 'failed' }>;
  readonly at: Interval;
}

interface ModelRow {
  readonly type: string;
  readonly id: string;
  version: number;
  deleted: boolean;
  deletedHlc: string | undefined;
  fields: Map<string, ModelField>;
}

/** A row as it was stored from an instant on. */
interface RowAt {
  readonly row: Readonly<ModelRow>;
  readonly sinceMs: number;
}

const MAX_LEAD_MS = 300_000;
/** Where a value that is there already may count as a write. */
const BY_CLOCK: readonly string[] = ['last_write_wins', 'merge_arrays', 'shallow_merge'];

/** When a request was with the server: a clock that is too far ahead was taken as some instant of these. */
export interface Interval {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * The rows of one user as they must be, fed with what was committed in the order of commits. It follows the
 * rules of docs/sync.md and imports nothing of lib/sync. Only what the server writes on its own account
 * (cascades, tallies, the one active purchase) is taken over as stored, after a look at whether it may be so.
 */
export class SyncModel {
  readonly rows = new Map<string, ModelRow>();
  /** Fields of the commit under way that were written by a clock too far ahead; open: either may have won. */
  readonly #clamped = new Map<string, { readonly isOpen: boolean }>();
  /** Rows that were sent under a name of their own and are another (`same_by`). */
  readonly #aliases = new Map<string, string>();
  /** By row: how it has been, the oldest first. */
  readonly #states = new Map<string, RowAt[]>();
  /** The instant of the commit under way. */
  #atMs = 0;
  /** By row: the version of the tombstone that compaction took. Devices may have it still. */
  readonly #forgotten = new Map<string, number>();
  readonly #entities: ReadonlyMap<string, EntityDefinition>;
  readonly #violation: (what: string) => void;

  constructor(entities: ReadonlyMap<string, EntityDefinition>, violation: (what: string) => void) {
    this.#entities = entities;
    this.#violation = violation;
  }

  /** One change of an operation with what the server said of it, before its rows are compared. */
  apply(change: SentChange, said: SaidOutcome, at: Interval): void {
    if (said.kind === 'failed') return;
    const entity = this.#entities.get(change.entityType);
    if (entity === undefined) {
      this.#violation(`a change of ${change.entityType} was taken`);
      return;
    }
    if (said.id !== change.id) this.#aliases.set(keyOf(change.entityType, change.id), said.id);
    const row = this.rows.get(keyOf(change.entityType, said.id));
    const isMerged = entity.policy === 'merge' || entity.policy === 'append_only';
    const isKept = said.kind === 'conflict' && said.outcome !== 'merged' && said.outcome !== 'client_wins';
    if (isKept && (!isMerged || change.op === 'delete')) return;
    if (change.op === 'delete') {
      if (!this.#metNothing(row, { change, said, at })) this.#remove(row, change);
    } else if (row === undefined || !this.#isOvertaken(entity, row, { change, said, at }))
      this.#write(entity, row, { change, said, at });
  }

  /**
   * What changes nothing is answered by the row as it was read, and no condition is on a row that is not written:
   * another's commit may come between. True where it is so and the row that was read takes nothing of the change.
   */
  #isOvertaken(entity: EntityDefinition, row: ModelRow, { change, said, at }: Said): boolean {
    const read = this.#readBefore(row, { change, said, at });
    if (read === undefined) return false;
    if (read.deleted) return said.kind === 'conflict';
    const hlc = clamp(change.hlc, at.untilMs);
    const base = entity.policy === 'merge' ? change.baseVersion : read.version;
    return Object.entries(change.data ?? {}).every(([field, value]) => {
      const policy = policyOf(entity, field);
      const before = read.fields.get(field) ?? NO_FIELD;
      const written = writeField(policy, before, { value, hlc, base, nextVersion: said.version + 1 });
      const isByClock = BY_CLOCK.includes(policy.kind) && hlc === change.hlc;
      return written === before || (!isByClock && same(policy, before.value, written.value));
    });
  }

  /** The same of a deletion: where it read the row there was none, and another's commit made it before the answer. */
  #metNothing(row: ModelRow | undefined, one: Said): boolean {
    if (row === undefined || one.said.kind !== 'successful') return false;
    if (one.said.version > 0) return this.#readBefore(row, one)?.deleted === true;
    const [first] = this.#states.get(keyOf(row.type, row.id)) ?? [];
    return first !== undefined && first.sinceMs >= one.at.fromMs;
  }

  /** The row as an answer of an older version read it; undefined: it was another for all of the request. */
  #readBefore(row: ModelRow, { said, at }: Said): Readonly<ModelRow> | undefined {
    const states = this.#states.get(keyOf(row.type, row.id)) ?? [];
    const index = states.findLastIndex((state) => state.row.version === said.version);
    const [read, next] = index < 0 ? [] : states.slice(index, index + 2);
    if (said.version >= row.version || next === undefined || next.sinceMs < at.fromMs) return undefined;
    return read?.row;
  }

  #remove(row: ModelRow | undefined, change: SentChange): void {
    if (row === undefined || row.deleted) return;
    row.version += 1;
    row.deleted = true;
    row.deletedHlc = change.hlc;
    row.fields = new Map();
  }

  #write(entity: EntityDefinition, row: ModelRow | undefined, { change, said, at }: Said): void {
    const hlc = clamp(change.hlc, at.untilMs);
    const isClamped = hlc !== change.hlc;
    if (row === undefined && change.op === 'update' && (change.baseVersion ?? 0) > 0) {
      // It was there and its tombstone is forgotten: the deletion stands.
      if (said.kind === 'successful' || said.outcome !== 'server_wins')
        this.#violation(`${change.entityType}/${said.id} is not there, and ${change.requestId} was taken`);
      return;
    }
    // Its tombstone is forgotten: the deletion stands against a writer that had the row.
    if (row === undefined && said.kind === 'conflict' && said.outcome === 'server_wins') return;
    if (row === undefined || (row.deleted && change.baseVersion === row.version)) {
      for (const field of isClamped ? Object.keys(change.data ?? {}) : [])
        this.#clamped.set(`${name({ type: change.entityType, id: said.id })} ${field}`, { isOpen: false });
      this.#make(entity, row, { ...change, id: said.id, hlc });
      return;
    }
    if (row.deleted) {
      if (said.kind === 'successful')
        this.#violation(`${name(row)} is deleted, and ${change.requestId} was taken`);
      return;
    }
    const isWhole = entity.policy !== 'merge';
    const next = new Map(row.fields);
    const lost: string[] = [];
    let isChanged = false;
    for (const [field, value] of Object.entries(change.data ?? {})) {
      const policy = policyOf(entity, field);
      const before = row.fields.get(field) ?? NO_FIELD;
      const base = isWhole ? row.version : change.baseVersion;
      if (isClamped)
        this.#clamped.set(`${name({ type: change.entityType, id: said.id })} ${field}`, {
          isOpen: Number(before.stamp?.hlc.slice(0, 13) ?? 0) >= at.fromMs,
        });
      const written = writeField(policy, before, { value, hlc, base, nextVersion: row.version + 1 });
      next.set(field, written);
      if (written !== before) isChanged = true;
      if (isLost(policy, value, written.value)) lost.push(field);
    }
    const isOpen = (field: string) => this.#clamped.get(`${name(row)} ${field}`)?.isOpen === true;
    if (said.kind === 'successful' && lost.some((field) => !isOpen(field))) {
      this.#violation(
        `${change.requestId} was acknowledged without a conflict, and lost ${lost.join()} of ${name(row)}`,
      );
    }
    if (said.version === row.version) {
      const other = [...next].filter(
        ([field, { value }]) =>
          !isOpen(field) &&
          !same(policyOf(entity, field), row.fields.get(field)?.value, value) &&
          !(this.#isCleared(entity, field, value) && isNone(row.fields.get(field)?.value)),
      );
      if (other.length > 0) {
        const fields = other.map(([field]) => field).join();
        this.#violation(
          `${change.requestId} should have changed ${fields} of ${name(row)}, and did not: ${said.kind}`,
        );
      }
      return;
    }
    if (!isChanged) return;
    row.fields = next;
    row.version += 1;
  }

  #make(entity: EntityDefinition, tombstone: ModelRow | undefined, change: SentChange): void {
    // Newer than whatever a device may have of it.
    const forgotten = this.#forgotten.get(keyOf(change.entityType, change.id)) ?? 0;
    const version = (tombstone?.version ?? Math.max(forgotten, change.baseVersion ?? 0)) + 1;
    const hlc = after(change.hlc, tombstone?.deletedHlc);
    const fields = new Map<string, ModelField>();
    for (const [field, value] of Object.entries(change.data ?? {})) {
      const written = writeField(policyOf(entity, field), NO_FIELD, {
        value,
        hlc,
        base: undefined,
        nextVersion: version,
      });
      if (written !== NO_FIELD) fields.set(field, written);
    }
    const { entityType: type, id } = change;
    this.rows.set(keyOf(type, id), { type, id, version, deleted: false, deletedHlc: undefined, fields });
  }

  /** The next commit, at its instant. */
  begin(atMs: number): void {
    this.#atMs = atMs;
    this.#clamped.clear();
  }

  /** Compares what a commit stored with what it must have, and takes over what the server wrote by itself. */
  compare(stored: StoredImage): void {
    const row = this.rows.get(keyOf(stored.type, stored.id));
    if (row === undefined) {
      this.#violation(`${stored.type}/${stored.id} was made by nobody`);
      this.#adopt(stored, 0);
      return;
    }
    const entity = this.#entities.get(stored.type);
    if (entity === undefined) return;
    if (stored.deleted !== row.deleted) {
      const isCascade = stored.deleted && this.#hasCascade(entity, row);
      if (!isCascade)
        this.#violation(`${name(row)} is deleted: ${stored.deleted}, and should be ${row.deleted}`);
    } else if (!row.deleted) {
      for (const field of new Set([...Object.keys(stored.data), ...row.fields.keys()])) {
        const [is, shall] = [stored.data[field], row.fields.get(field)?.value];
        const to = entity.references[field]?.to;
        if (this.#clamped.get(`${name(row)} ${field}`)?.isOpen === true) continue;
        if (to !== undefined && typeof shall === 'string' && is === this.idOf(to, shall)) continue;
        if (same(policyOf(entity, field), is, shall) || this.#isOwnWrite(entity, field, is)) continue;
        this.#violation(
          `${name(row)} v${stored.version} has ${field} ${JSON.stringify(is)}, and should have ${JSON.stringify(shall)}`,
        );
      }
    }
    if (stored.version < row.version)
      this.#violation(`${name(row)} is at version ${stored.version}, not ${row.version}`);
    this.#adopt(stored, stored.version);
  }

  /** A parent that takes this row with it is deleted in the same commit or was before. */
  #hasCascade(entity: EntityDefinition, row: ModelRow): boolean {
    return Object.entries(entity.references).some(
      ([field, { to, onDelete }]) => onDelete === 'cascade' && this.#isGone(to, row.fields.get(field)?.value),
    );
  }

  /** It names a row that is gone, and so is null. */
  #isCleared(entity: EntityDefinition, field: string, value: unknown): boolean {
    const { to, onDelete } = entity.references[field] ?? {};
    if (to === undefined || onDelete !== 'null' || typeof value !== 'string') return false;
    return this.#isGone(to, this.idOf(to, value));
  }

  #isGone(type: string, id: unknown): boolean {
    return typeof id === 'string' && this.rows.get(keyOf(type, id))?.deleted !== false;
  }

  /** Written by the server on its own account: derived, counted, cleared with its parent, or made inactive. */
  #isOwnWrite(entity: EntityDefinition, field: string, value: unknown): boolean {
    if (policyOf(entity, field).kind === 'server_derived') return true;
    if (entity.refine !== undefined) return true;
    if (entity.references[field]?.onDelete === 'null') return value === null || value === undefined;
    return entity.rules.some((rule) => rule.kind === 'one_active' && rule.flag === field && value === false);
  }

  /** Compaction took the tombstone: what comes under its id is a new row. A living one must stay. */
  forget(type: string, id: string): void {
    const row = this.rows.get(keyOf(type, id));
    if (row?.deleted === false) this.#violation(`${name(row)} lives and was removed`);
    if (row !== undefined) this.#forgotten.set(keyOf(type, id), row.version);
    this.rows.delete(keyOf(type, id));
    this.#states.delete(keyOf(type, id));
  }

  livingRows(): readonly { readonly type: string; readonly id: string; readonly version: number }[] {
    return [...this.rows.values()].filter(({ deleted }) => !deleted);
  }

  /** The id that a row has on the server. */
  idOf(type: string, id: string): string {
    return this.#aliases.get(keyOf(type, id)) ?? id;
  }

  /** The row is as it was stored, by a write that the model did not follow: also where that said what was there. */
  adopt(stored: StoredImage): void {
    this.#adopt(stored, this.rows.get(keyOf(stored.type, stored.id))?.version ?? 0);
  }

  /** Of fields that were written later than `followed` the model has no clock of its own. */
  #adopt({ type, id, version, deleted, data, stamps, elements }: StoredImage, followed: number): void {
    const fields = new Map<string, ModelField>();
    const known = this.rows.get(keyOf(type, id));
    for (const field of new Set([...Object.keys(data), ...Object.keys(stamps)])) {
      if (field === 'deleted') continue;
      const mine = known?.fields.get(field);
      const isMine =
        mine !== undefined &&
        !deleted &&
        (stamps[field]?.version ?? 0) <= followed &&
        !this.#clamped.has(`${keyOf(type, id)} ${field}`) &&
        canonical(sorted(mine.value)) === canonical(sorted(data[field]));
      const members = new Map(Object.entries(elements[field] ?? {}));
      fields.set(field, isMine ? mine : { value: data[field], stamp: stamps[field], members });
    }
    const deletedHlc = stamps['deleted']?.hlc;
    const row = { type, id, version, deleted, deletedHlc, fields };
    this.rows.set(keyOf(type, id), row);
    const states = this.#states.get(keyOf(type, id)) ?? [];
    this.#states.set(keyOf(type, id), [...states, { row: { ...row }, sinceMs: this.#atMs }]);
  }
}

export const keyOf = (type: string, id: string): string => `${type}/${id}`;
const name = ({ type, id }: Pick<ModelRow, 'type' | 'id'>): string => keyOf(type, id);

function clamp(hlc: string, nowMs: number): string {
  if (Number(hlc.slice(0, 13)) <= nowMs + MAX_LEAD_MS) return hlc;
  return `${String(nowMs).padStart(13, '0')}${hlc.slice(13)}`;
}

const isNone = (value: unknown): boolean => value === null || value === undefined;

const policyOf = (entity: EntityDefinition, field: string): ModelPolicy =>
  entity.fields[field]?.policy ?? entity.references[field]?.policy ?? { kind: 'last_write_wins' };

/** Whether a write of a plain value left another value behind. Sums and sets show it in the comparison. */
function isLost({ kind }: ModelPolicy, sent: unknown, value: unknown): boolean {
  if (['counter', 'merge_arrays', 'shallow_merge', 'server_derived'].includes(kind)) return false;
  return canonical(sent) !== canonical(value);
}

const sorted = (value: unknown): unknown => (Array.isArray(value) ? [...value].sort() : (value ?? null));

function same({ kind }: ModelPolicy, is: unknown, shall: unknown): boolean {
  if (kind === 'merge_arrays') return canonical(sorted(is ?? [])) === canonical(sorted(shall ?? []));
  return canonical(is ?? null) === canonical(shall ?? null);
}
