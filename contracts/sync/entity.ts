import type * as z from 'zod/mini';

/**
 * How two writes to one field become one value (SYN3). "Local" is what the change brings, "server" is what is
 * stored. `convergent` policies are commutative and associative over concurrent changes.
 *
 * - `last_write_wins`: the later hybrid logical clock, then the greater device id. Convergent.
 * - `local_wins`, `server_wins`: the change's, or the stored one.
 * - `merge_arrays`: a set of texts; additions and removals each by their clock, per element. Convergent.
 * - `monotonic`: the higher rank; of the highest rank the earliest stays, of lower ones the latest. Convergent.
 * - `max_value`, `min_value`: of numbers. Convergent.
 * - `counter`: deltas add up; a plain number is taken on create only, or where nothing came in between. Convergent.
 * - `server_if_local_null`, `local_if_server_null`: the one unless it is null or missing, else the other.
 * - `server_derived`: never taken from a client.
 * - `shallow_merge`: an object, each of its keys by its clock. Convergent.
 */
export type FieldPolicy =
  | { readonly kind: 'last_write_wins' }
  | { readonly kind: 'local_wins' }
  | { readonly kind: 'server_wins' }
  /** `maxCount` 100 unless said. */
  | { readonly kind: 'merge_arrays'; readonly maxCount?: number }
  | { readonly kind: 'monotonic'; readonly ranks: Readonly<Record<string, number>> }
  | { readonly kind: 'max_value' }
  | { readonly kind: 'min_value' }
  | { readonly kind: 'counter' }
  | { readonly kind: 'server_if_local_null' }
  | { readonly kind: 'local_if_server_null' }
  | { readonly kind: 'server_derived' }
  | { readonly kind: 'shallow_merge'; readonly maxCount?: number };

export interface FieldDefinition {
  /** Of the value as it is stored; null clears a field unless it is required. */
  readonly schema: z.ZodMiniType;
  readonly policy: FieldPolicy;
  /** Must be there when a row is made, and is never null. */
  readonly required?: true;
}

/** A field that holds the id of a row of another type. Last write wins unless `policy` says otherwise. */
export interface ReferenceDefinition {
  readonly to: string;
  /** Whether the row makes no sense without it. */
  readonly mandatory: boolean;
  /**
   * What becomes of this row when the row it names is deleted: the deletion is refused, this row is deleted
   * too, or the field becomes null (never of a mandatory one).
   */
  readonly onDelete: 'restrict' | 'cascade' | 'null';
  readonly policy?: FieldPolicy;
}

/** What holds between rows; the server keeps it in the transaction of the change that touches it. */
export type EntityRule =
  /** Of the living rows with one value of `per`, one at most has `flag` true: the newest write of it. */
  | { readonly kind: 'one_active'; readonly flag: string; readonly per: string }
  /** A row made with a value of `field`, not null or empty, that a living row of the user has is that row. */
  | { readonly kind: 'same_by'; readonly field: string }
  /** `field` counts the living rows of `of` whose reference `by` names this row; with `sum` it adds that field. */
  | {
      readonly kind: 'tally';
      readonly field: string;
      readonly of: string;
      readonly by: string;
      readonly sum?: string;
    };

/** What the values of one row must be among each other; undefined when they are. Pure. */
export type RowCheck = (data: Readonly<Record<string, unknown>>) => string | undefined;

export interface EntityDefinition {
  /** Plural, snake case: the name on the wire. */
  readonly type: string;
  /** Parents before children, from 0. */
  readonly order: number;
  /**
   * `merge`: field by field. `last_write_wins`, `server_wins`, `client_wins`: the row as a whole. `manual`: a
   * conflict is kept for a person to decide. `append_only`: rows are made and never changed or deleted.
   */
  readonly policy: 'merge' | 'last_write_wins' | 'server_wins' | 'client_wins' | 'manual' | 'append_only';
  /** What an update of a row that is not there does: makes it (when it has all required fields) or is refused. */
  readonly onMissing: 'create' | 'refuse';
  /** `me`: the user has one row, and its id is `me`. */
  readonly id: 'uuid' | 'me';
  readonly fields: Readonly<Record<string, FieldDefinition>>;
  /** By field name; these are fields too, and are not listed above. */
  readonly references: Readonly<Record<string, ReferenceDefinition>>;
  readonly rules: readonly EntityRule[];
  readonly check?: RowCheck;
  /**
   * A pure merge of its own, run on the result of the field policies; obeys the same laws (idempotent,
   * deterministic, the result passes the schema).
   */
  readonly refine?: (
    merged: Readonly<Record<string, unknown>>,
    stored: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>>;
}

/** All entities by type; what server and client are built with. */
export interface SyncSchema {
  readonly protocolVersion: number;
  readonly entities: ReadonlyMap<string, EntityDefinition>;
}
