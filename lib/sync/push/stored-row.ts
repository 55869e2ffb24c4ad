import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { RowData, RowState } from '../merge/row.ts';
import type { StoredRow } from '../model.ts';

/** A stamp is a clock of up to 120 characters with its version; most are half of that. */
const STAMP_BYTES = 80;

const sizes = new WeakMap<RowState, { readonly dataBytes: number; readonly stateBytes: number }>();

/** Measured once: plans ask for it again and again. */
function sizeOf(state: RowState) {
  const known = sizes.get(state);
  if (known !== undefined) return known;
  const { data, stamps, elements } = state;
  const dataBytes = jsonBytes(data);
  const stampBytes = Object.keys(stamps).length * STAMP_BYTES;
  const stateBytes = dataBytes + stampBytes + (isEmpty(elements) ? 0 : jsonBytes(elements));
  const size = { dataBytes, stateBytes };
  sizes.set(state, size);
  return size;
}

/** About what a row takes when it is stored: data exactly, stamps by their number. */
export const stateBytesOf = (state: RowState): number => sizeOf(state).stateBytes;
/** The row's data as JSON. */
export const dataBytesOf = (state: RowState): number => sizeOf(state).dataBytes;

const isEmpty = (record: Readonly<Record<string, unknown>>): boolean => {
  for (const _ in record) return false;
  return true;
};

export const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** The ids that a row's references hold. */
export function referencesIn(entity: EntityDefinition, data: RowData): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const field of Object.keys(entity.references)) {
    const id = data[field];
    if (typeof id === 'string') found[field] = id;
  }
  return found;
}

/** When and by whom a chunk is written. */
export interface Authorship {
  readonly seq: number;
  readonly nowMs: EpochMs;
  readonly originDeviceId: string | null;
}

export function toStoredRow(
  entity: EntityDefinition,
  {
    id,
    state,
    before,
  }: { readonly id: string; readonly state: RowState; readonly before: StoredRow | undefined },
  { seq, nowMs, originDeviceId }: Authorship,
): StoredRow {
  return {
    type: entity.type,
    id,
    state,
    seq,
    createdAtMs: before?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
    originDeviceId,
    references: state.deleted ? {} : referencesIn(entity, state.data),
  };
}
