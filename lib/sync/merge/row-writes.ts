import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { MAX_ROW_BYTES } from '../../../contracts/sync/protocol.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { hlcDeviceOf } from './hlc.ts';
import type { ChangeFailureCode, MergeOutcome, RowChange, RowData, RowState, Stamp } from './row.ts';

export type Refusal = Extract<MergeOutcome, { readonly kind: 'refused' }>;

export const refuse = (code: ChangeFailureCode, message: string): Refusal => ({
  kind: 'refused',
  code,
  message,
});

/** The writer's base has this write. */
export const isKnownWrite = (stamp: Stamp | undefined, change: RowChange): boolean =>
  stamp === undefined || stamp.version <= (change.baseVersion ?? 0);

/** The writer had this write before it: from its base, or because the device itself made it earlier. */
export const isCausalWrite = (stamp: Stamp | undefined, change: RowChange): boolean =>
  stamp === undefined ||
  isKnownWrite(stamp, change) ||
  (stamp.hlc < change.hlc && hlcDeviceOf(stamp.hlc) === hlcDeviceOf(change.hlc));

/** Somebody else wrote the row since the version that this change is based on. */
export function hasOthersWrite(stored: RowState, change: RowChange): boolean {
  if ((change.baseVersion ?? 0) >= stored.version) return false;
  for (const name in stored.stamps) if (!isCausalWrite(stored.stamps[name], change)) return true;
  return false;
}

const encoder = new TextEncoder();
/** No UTF-16 code unit takes more in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/**
 * Bytes of a row as canonical JSON; a bound is enough where the text is short. Throws TooDeepError for what
 * would be nested too deeply in a request or a hash of it, four levels down.
 */
export function isRowTooLarge(data: RowData): boolean {
  const text = canonicalJson([[[[data]]]]).slice(4, -4);
  if (text.length * MAX_BYTES_PER_UNIT <= MAX_ROW_BYTES) return false;
  return encoder.encode(text).length > MAX_ROW_BYTES;
}

/** What is wrong with a row as a whole. */
export function refuseRow(entity: EntityDefinition, data: RowData): Refusal | undefined {
  const wrong = entity.check?.(data);
  if (wrong !== undefined) return refuse('sync.invalid_data', wrong);
  if (isRowTooLarge(data)) return refuse('sync.row_too_large', `a row has at most ${MAX_ROW_BYTES} bytes`);
  return undefined;
}
