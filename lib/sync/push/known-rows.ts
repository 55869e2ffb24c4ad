import type { ConflictRecord, RowKey, StoredRow } from '../model.ts';

/** A row's name within one user. */
export const nameOf = (type: string, id: string): string => `${type}#${id}`;

/** What a plan asked for and nobody has read yet. */
export interface Wanted {
  readonly rows: Map<string, RowKey>;
  readonly aliases: Map<string, RowKey>;
  /** By `<type>#<field>`: ids whose children of that type are wanted. */
  readonly children: Map<
    string,
    { readonly type: string; readonly field: string; readonly ids: Set<string> }
  >;
  readonly types: Set<string>;
  readonly conflicts: Set<string>;
}

export const nothingWanted = (): Wanted => ({
  rows: new Map(),
  aliases: new Map(),
  children: new Map(),
  types: new Set(),
  conflicts: new Set(),
});

export const isNothing = ({ rows, aliases, children, types, conflicts }: Wanted): boolean =>
  rows.size + aliases.size + children.size + types.size + conflicts.size === 0;

/**
 * What is known of a user's rows at one seq: read once, and kept up to date with our own commits while the
 * counter stands where we left it. Null is known too: it is not there.
 */
export class KnownRows {
  readonly #rows = new Map<string, StoredRow | null>();
  readonly #aliases = new Map<string, string | null>();
  readonly #conflicts = new Map<string, ConflictRecord | null>();
  /** By `<type>#<field>#<id>`: ids of rows that refer to it, some of them perhaps no longer. */
  readonly #children = new Map<string, Set<string>>();
  readonly #types = new Map<string, Set<string>>();

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }
  row(name: string): StoredRow | null | undefined {
    return this.#rows.get(name);
  }
  alias(name: string): string | null | undefined {
    return this.#aliases.get(name);
  }
  conflict(conflictId: string): ConflictRecord | null | undefined {
    return this.#conflicts.get(conflictId);
  }
  children(type: string, field: string, id: string): ReadonlySet<string> | undefined {
    return this.#children.get(`${type}#${field}#${id}`);
  }
  idsOf(type: string): ReadonlySet<string> | undefined {
    return this.#types.get(type);
  }

  /** A row as it was read, or as our own commit left it. */
  put(row: StoredRow): void {
    this.#rows.set(nameOf(row.type, row.id), row);
    this.#types.get(row.type)?.add(row.id);
    for (const [field, id] of Object.entries(row.references)) {
      this.#children.get(`${row.type}#${field}#${id}`)?.add(row.id);
    }
  }
  putAlias(name: string, id: string): void {
    this.#aliases.set(name, id);
  }
  putConflict(record: ConflictRecord): void {
    this.#conflicts.set(record.conflictId, record);
  }

  /** What was asked for is known now; what was not brought is not there. Rows that are known stay as they are. */
  learn(wanted: Wanted, found: Found): void {
    for (const { type, field, ids } of wanted.children.values()) {
      for (const id of ids) this.#children.set(`${type}#${field}#${id}`, new Set());
    }
    for (const type of wanted.types) this.#types.set(type, new Set());
    for (const row of found.rows) this.put(this.#rows.get(nameOf(row.type, row.id)) ?? row);
    for (const name of wanted.rows.keys()) if (!this.#rows.has(name)) this.#rows.set(name, null);
    for (const [name] of wanted.aliases) this.#aliases.set(name, found.aliases.get(name) ?? null);
    for (const id of wanted.conflicts) this.#conflicts.set(id, null);
    for (const record of found.conflicts) this.putConflict(record);
  }
}

export interface Found {
  readonly rows: readonly StoredRow[];
  readonly aliases: ReadonlyMap<string, string>;
  readonly conflicts: readonly ConflictRecord[];
}
