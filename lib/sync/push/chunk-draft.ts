import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import { MAX_INLINE_ROW_BYTES } from '../../../contracts/sync/protocol.ts';
import type { ConflictRecord, StoredRow } from '../model.ts';
import { isNothing, type KnownRows, nameOf, nothingWanted, type Wanted } from './known-rows.ts';
import { dataBytesOf, jsonBytes, stateBytesOf } from './stored-row.ts';
import { type TallyMove, tallyMoves } from './tallies.ts';

export interface Alias {
  readonly type: string;
  readonly clientId: string;
  readonly id: string;
}

/**
 * Rows as a plan sees them: what the plan wrote, over what was planned before it, over what is known. What is
 * not known is asked for and taken as not there: such a plan is thrown away and made again.
 */
export class Draft {
  readonly rows = new Map<string, StoredRow>();
  readonly aliases = new Map<string, Alias>();
  readonly conflicts = new Map<string, { readonly record: ConflictRecord; readonly isNew: boolean }>();
  /** By parent and field: what the rows of this draft add to it. */
  readonly tallies = new Map<string, TallyMove>();
  /** Of all rows that will be written, those of the tallies too. */
  readonly names = new Set<string>();
  bytes = 0;
  readonly #below: Draft | KnownRows;
  readonly #wanted: Wanted;
  readonly #schema: SyncSchema;

  constructor(schema: SyncSchema, below: Draft | KnownRows, wanted: Wanted = nothingWanted()) {
    this.#schema = schema;
    this.#below = below;
    this.#wanted = wanted;
  }

  /** A plan of one change on top of this one. */
  branch(): Draft {
    return new Draft(this.#schema, this, this.#wanted);
  }
  get wanted(): Wanted | undefined {
    return isNothing(this.#wanted) ? undefined : this.#wanted;
  }

  row(type: string, id: string): StoredRow | undefined {
    const name = nameOf(type, id);
    const found = this.look(name);
    if (found === undefined) this.#wanted.rows.set(name, { type, id });
    return found ?? undefined;
  }
  /** Null: it is known not to be there; undefined: nobody has looked. */
  look(name: string): StoredRow | null | undefined {
    return (
      this.rows.get(name) ?? (this.#below instanceof Draft ? this.#below.look(name) : this.#below.row(name))
    );
  }
  /** As the chunk found it. */
  original(name: string): StoredRow | undefined {
    return (this.#below instanceof Draft ? this.#below.original(name) : this.#below.row(name)) ?? undefined;
  }

  alias(type: string, clientId: string): string | undefined {
    const name = nameOf(type, clientId);
    const found = this.#lookAlias(name);
    if (found === undefined) this.#wanted.aliases.set(name, { type, id: clientId });
    return found ?? undefined;
  }
  #lookAlias(name: string): string | null | undefined {
    const own = this.aliases.get(name)?.id;
    if (own !== undefined) return own;
    return this.#below instanceof Draft ? this.#below.#lookAlias(name) : this.#below.alias(name);
  }

  addAlias(alias: Alias): void {
    this.aliases.set(nameOf(alias.type, alias.clientId), alias);
  }

  addConflict(record: ConflictRecord, isNew: boolean): void {
    this.conflicts.set(record.conflictId, { record, isNew });
    const { change, before, after } = record;
    this.bytes += ITEM_OVERHEAD_BYTES + jsonBytes(change.data);
    for (const state of [before, after]) if (state !== undefined) this.bytes += stateBytesOf(state);
  }

  conflict(conflictId: string): ConflictRecord | undefined {
    const found = this.#lookConflict(conflictId);
    if (found === undefined) this.#wanted.conflicts.add(conflictId);
    return found ?? undefined;
  }
  #lookConflict(conflictId: string): ConflictRecord | null | undefined {
    const own = this.conflicts.get(conflictId)?.record;
    if (own !== undefined) return own;
    return this.#below instanceof Draft
      ? this.#below.#lookConflict(conflictId)
      : this.#below.conflict(conflictId);
  }

  /** Living rows of `type` whose reference `field` names `id`. */
  children(type: string, field: string, id: string): readonly StoredRow[] {
    const ids = this.#lookChildren(type, field, id);
    if (ids !== undefined) return this.#living(type, ids).filter((row) => row.references[field] === id);
    const asked = this.#wanted.children.get(`${type}#${field}`) ?? { type, field, ids: new Set<string>() };
    asked.ids.add(id);
    this.#wanted.children.set(`${type}#${field}`, asked);
    return [];
  }
  #lookChildren(type: string, field: string, id: string): ReadonlySet<string> | undefined {
    if (!(this.#below instanceof Draft)) {
      const known = this.#below.children(type, field, id);
      return known === undefined ? undefined : new Set([...known, ...this.#writtenIds(type)]);
    }
    const below = this.#below.#lookChildren(type, field, id);
    return below === undefined ? undefined : new Set([...below, ...this.#writtenIds(type)]);
  }

  /** All living rows of a type. */
  livingOf(type: string): readonly StoredRow[] {
    const ids = this.#lookType(type);
    if (ids !== undefined) return this.#living(type, ids);
    this.#wanted.types.add(type);
    return [];
  }
  #lookType(type: string): ReadonlySet<string> | undefined {
    const below = this.#below instanceof Draft ? this.#below.#lookType(type) : this.#below.idsOf(type);
    return below === undefined ? undefined : new Set([...below, ...this.#writtenIds(type)]);
  }
  #writtenIds(type: string): readonly string[] {
    return [...this.rows.values()].filter((row) => row.type === type).map(({ id }) => id);
  }
  #living(type: string, ids: ReadonlySet<string>): readonly StoredRow[] {
    return [...ids].flatMap((id) => {
      const row = this.look(nameOf(type, id));
      return row === undefined || row === null || row.state.deleted ? [] : [row];
    });
  }

  /** The row as this plan leaves it; moves the tallies of the rows that it names. */
  write(row: StoredRow): void {
    const name = nameOf(row.type, row.id);
    const before = this.look(name) ?? undefined;
    for (const move of tallyMoves(this.#schema, before, row)) {
      this.row(move.type, move.id);
      this.#addTally(move);
    }
    // Last written, last in order: parents go behind the children that go with them.
    this.rows.delete(name);
    this.rows.set(name, row);
    this.names.add(name);
    this.bytes += bytesOf(row);
  }
  #addTally(move: TallyMove): void {
    const name = nameOf(move.type, move.id);
    const place = `${name}#${move.field}`;
    this.tallies.set(place, { ...move, by: (this.tallies.get(place)?.by ?? 0) + move.by });
    if (this.names.has(name)) return;
    this.names.add(name);
    const parent = this.look(name);
    if (parent !== undefined && parent !== null) this.bytes += bytesOf(parent);
  }

  get isEmpty(): boolean {
    return this.slotsWith() === 0;
  }

  /** Items of the transaction beside counter, log entry and ledger, with those of `branch`. */
  slotsWith(branch?: Draft): number {
    let count = this.names.size + this.aliases.size + this.conflicts.size;
    for (const name of branch?.names ?? []) if (!this.names.has(name)) count += 1;
    for (const name of branch?.aliases.keys() ?? []) if (!this.aliases.has(name)) count += 1;
    for (const id of branch?.conflicts.keys() ?? []) if (!this.conflicts.has(id)) count += 1;
    return count;
  }

  /** Takes over what a branch planned. */
  merge(branch: Draft): void {
    for (const [name, row] of branch.rows) {
      this.rows.delete(name);
      this.rows.set(name, row);
    }
    for (const [name, alias] of branch.aliases) this.aliases.set(name, alias);
    for (const [id, conflict] of branch.conflicts) this.conflicts.set(id, conflict);
    for (const name of branch.names) this.names.add(name);
    for (const move of branch.tallies.values()) this.#addTally(move);
    this.bytes += branch.bytes;
  }
}

/** What the names and times of an item take beside its data. */
const ITEM_OVERHEAD_BYTES = 400;

/** With its place in the log. */
function bytesOf({ state }: StoredRow): number {
  const dataBytes = dataBytesOf(state);
  const inlineBytes = dataBytes <= MAX_INLINE_ROW_BYTES ? dataBytes : 0;
  return ITEM_OVERHEAD_BYTES + stateBytesOf(state) + inlineBytes;
}
