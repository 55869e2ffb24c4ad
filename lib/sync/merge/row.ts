/** `<unix ms, 13 digits>-<counter, 4 hex>-<deviceId>`; compared as text. */
export type Hlc = string;

export type RowData = Readonly<Record<string, unknown>>;

/** When a field was last written, and the version of the row that this made. */
export interface Stamp {
  readonly hlc: Hlc;
  readonly version: number;
}

/** One element of a set, or one key of an object: also of those removed, until nobody can name them any more. */
export type ElementStamps = Readonly<Record<string, { readonly hlc: Hlc; readonly present: boolean }>>;

/** A row as it is merged: what devices see of it is id, version, deleted and data alone. */
export interface RowState {
  /** 1 when made, one more with each accepted change; 0 for a row that was never there. */
  readonly version: number;
  readonly deleted: boolean;
  /** Empty of a deleted row. Names sorted nowhere: hashes are over canonical JSON. */
  readonly data: RowData;
  /** By field; of a deleted row also `deleted`. */
  readonly stamps: Readonly<Record<string, Stamp>>;
  /** By field of the policies `merge_arrays` and `shallow_merge`. */
  readonly elements: Readonly<Record<string, ElementStamps>>;
}

export type ChangeOp = 'create' | 'update' | 'delete';

/** A change of one row, validated: `data` in wire form (sets as {add, remove}, counters as {delta}). */
export interface RowChange {
  readonly op: ChangeOp;
  /** The version that the writer had before it; undefined: it knew none. */
  readonly baseVersion: number | undefined;
  readonly data: RowData;
  readonly hlc: Hlc;
}

export type ConflictOutcome = 'merged' | 'server_wins' | 'client_wins' | 'manual';

export interface ConflictFacts {
  readonly outcome: ConflictOutcome;
  /** Where both sides differ, sorted; `deleted` where one side deleted. */
  readonly fields: readonly string[];
  readonly policy: string;
}

export type MergeOutcome =
  /** The row goes on to version + 1. */
  | { readonly kind: 'changed'; readonly row: RowState; readonly conflict: ConflictFacts | undefined }
  /** Nothing of the row changes: what was sent holds already, or lost. */
  | { readonly kind: 'unchanged'; readonly row: RowState; readonly conflict: ConflictFacts | undefined }
  | { readonly kind: 'refused'; readonly code: ChangeFailureCode; readonly message: string };

/** Why one change of a push was not taken; `retryable` says whether the same change may be taken later. */
export const CHANGE_FAILURES = {
  'sync.unknown_entity_type': { retryable: false },
  'sync.invalid_id': { retryable: false },
  'sync.invalid_clock': { retryable: false },
  'sync.unknown_field': { retryable: false },
  'sync.invalid_data': { retryable: false },
  'sync.row_too_large': { retryable: false },
  'sync.duplicate_request': { retryable: false },
  'sync.base_from_future': { retryable: false },
  'sync.delta_required': { retryable: false },
  'sync.append_only': { retryable: false },
  'sync.row_missing': { retryable: true },
  'sync.reference_missing': { retryable: true },
  'sync.reference_deleted': { retryable: false },
  'sync.reference_cycle': { retryable: false },
  'sync.delete_restricted': { retryable: true },
  'sync.contention': { retryable: true },
} as const satisfies Record<string, { readonly retryable: boolean }>;
export type ChangeFailureCode = keyof typeof CHANGE_FAILURES;
