import type { FieldPolicy } from '../../../contracts/sync/entity.ts';
import { assertNever } from '../../core/assert.ts';
import { type FieldMerge, type FieldState, type FieldWrite, isGreater, KEPT } from './field-state.ts';
import { afterHlc, compareHlc, hlcDeviceOf, laterHlc } from './hlc.ts';
import { mergeObject, mergeSet } from './merge-elements.ts';
import type { Hlc } from './row.ts';
import { addToCounter, deltaOf, rankOf, sameValue } from './wire-forms.ts';

/** What one field becomes when `sent`, in wire form, meets what is stored (SYN3). Pure. */
export function mergeField(
  policy: FieldPolicy,
  stored: FieldState,
  sent: unknown,
  write: FieldWrite,
): FieldMerge {
  switch (policy.kind) {
    case 'last_write_wins':
      return mergeLatest(stored, sent, write);
    case 'local_wins':
      return take(stored, sent, write);
    case 'server_wins':
      return write.isCausal ? take(stored, sent, write) : KEPT;
    case 'server_derived':
      return KEPT;
    case 'monotonic':
      return mergeMonotonic(policy.ranks, stored, sent, write);
    case 'max_value':
      return mergeExtreme(1, stored, sent, write);
    case 'min_value':
      return mergeExtreme(-1, stored, sent, write);
    case 'counter':
      return mergeCounter(stored, sent, write);
    case 'server_if_local_null':
      return write.isCausal || sent !== null ? take(stored, sent, write) : KEPT;
    case 'local_if_server_null':
      return write.isCausal || isNone(stored.value) ? take(stored, sent, write) : KEPT;
    case 'merge_arrays':
      return mergeSet(policy, stored, sent, write);
    case 'shallow_merge':
      return mergeObject(policy, stored, sent, write);
    default:
      return assertNever(policy);
  }
}

const isNone = (value: unknown): boolean => value === null || value === undefined;

const taken = (value: unknown, hlc: Hlc): FieldMerge => ({
  kind: 'taken',
  state: { value, hlc, elements: undefined },
});

function take(stored: FieldState, sent: unknown, { hlc }: FieldWrite): FieldMerge {
  return sameValue(stored.value, sent) ? KEPT : taken(sent, afterHlc(hlc, stored.hlc));
}

function mergeLatest(stored: FieldState, sent: unknown, write: FieldWrite): FieldMerge {
  if (write.isCausal || stored.hlc === undefined) return take(stored, sent, write);
  const order = compareHlc(write.hlc, stored.hlc);
  if (order < 0) return KEPT;
  if (sameValue(stored.value, sent)) return order > 0 ? taken(sent, write.hlc) : KEPT;
  return order > 0 || isGreater(sent, stored.value) ? taken(sent, write.hlc) : KEPT;
}

function mergeMonotonic(
  ranks: Readonly<Record<string, number>>,
  stored: FieldState,
  sent: unknown,
  write: FieldWrite,
): FieldMerge {
  const rank = rankOf(ranks, sent);
  const step = rank - rankOf(ranks, stored.value);
  if (step < 0) return KEPT;
  if (step > 0) return taken(sent, write.isCausal ? afterHlc(write.hlc, stored.hlc) : write.hlc);
  if (rank < Math.max(...Object.values(ranks))) return mergeLatest(stored, sent, write);
  if (write.isCausal || stored.hlc === undefined) return KEPT;
  const isOwn = hlcDeviceOf(stored.hlc) === hlcDeviceOf(write.hlc);
  if (isOwn && sameValue(stored.value, sent)) return KEPT;
  const order = compareHlc(write.hlc, stored.hlc);
  return order < 0 || (order === 0 && isGreater(sent, stored.value)) ? taken(sent, write.hlc) : KEPT;
}

function mergeExtreme(sign: 1 | -1, stored: FieldState, sent: unknown, write: FieldWrite): FieldMerge {
  if (write.isCausal) return take(stored, sent, write);
  if (typeof sent !== 'number') return KEPT;
  const lead = typeof stored.value === 'number' ? (sent - stored.value) * sign : 1;
  // Said at once by two it has two writers: who knew the one alone does not set it back.
  const wins = lead > 0 || (lead === 0 && write.hlc > (stored.hlc ?? ''));
  return wins ? taken(sent, laterHlc(write.hlc, stored.hlc)) : KEPT;
}

/** Devices that a counter remembers; the operation ledger knows the writes of all. */
const MAX_COUNTER_DEVICES = 200;

function earliestOf(seen: ReadonlyMap<string, { readonly hlc: Hlc }>): string {
  let earliest = '';
  for (const [device, { hlc }] of seen) {
    if (earliest === '' || hlc < (seen.get(earliest)?.hlc ?? '')) earliest = device;
  }
  return earliest;
}

/**
 * A delta counts once per device and clock, whatever came in between. A number replaces what the writer knew;
 * one that meets another's write would undo it and is refused, but on create, where the first row stands.
 */
function mergeCounter(stored: FieldState, sent: unknown, write: FieldWrite): FieldMerge {
  const seen = new Map(Object.entries(stored.elements ?? {}));
  const device = hlcDeviceOf(write.hlc);
  if (seen.get(device)?.hlc === write.hlc) return { kind: 'repeated' };
  const delta = deltaOf(sent);
  if (delta === undefined) {
    if (sameValue(stored.value, sent)) return KEPT;
    if (!write.isKnown) return write.isCreate ? KEPT : { kind: 'refused', why: 'delta_required' };
  }
  if (delta === 0 && typeof stored.value === 'number') return KEPT;
  seen.set(device, { hlc: write.hlc, present: true });
  if (seen.size > MAX_COUNTER_DEVICES) seen.delete(earliestOf(seen));
  const value = delta === undefined ? sent : addToCounter(stored.value, delta);
  const state = { value, hlc: laterHlc(write.hlc, stored.hlc), elements: Object.fromEntries(seen) };
  return { kind: 'taken', state };
}
