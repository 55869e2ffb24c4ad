import { canonicalJson } from '../../core/canonical-json.ts';

/** What a set becomes: those added come last, in their order. */
export interface SetEdit {
  readonly add?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
}
export interface CounterEdit {
  readonly delta: number;
}

/** Of a set or an object, unless its policy says another number. */
export const DEFAULT_MAX_ELEMENT_COUNT = 100;
/** Counters are decimal numbers of six places, so that sums do not depend on their order. */
const COUNTER_SCALE = 1_000_000;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Equal as JSON. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  return canonicalJson(left) === canonicalJson(right);
}

export const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((element) => typeof element === 'string') : [];

/** A set's edit; an array, or null for none, is no edit but the whole. */
export const setEditOf = (sent: unknown): SetEdit | undefined => (isObject(sent) ? sent : undefined);

export function deltaOf(sent: unknown): number | undefined {
  return isObject(sent) && typeof sent['delta'] === 'number' ? roundCounter(sent['delta']) : undefined;
}

export const roundCounter = (value: number): number => Math.round(value * COUNTER_SCALE) / COUNTER_SCALE;

export const addToCounter = (value: unknown, delta: number): number =>
  roundCounter((typeof value === 'number' ? value : 0) + delta);

/** The elements of a set after an edit, for a writer that knows them all: the oldest go beyond `maxCount`. */
export function editSet(value: unknown, edit: SetEdit, maxCount: number): readonly string[] {
  const added = new Set(edit.add);
  const removed = new Set(edit.remove?.filter((element) => !added.has(element)));
  const kept = textsOf(value).filter((element) => !removed.has(element));
  for (const element of kept) added.delete(element);
  const all = [...kept, ...added];
  return all.length > maxCount ? all.slice(-maxCount) : all;
}

/** The keys of an object after a patch: null removes one, null for all removes every one. */
export function patchObject(value: unknown, patch: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(patch)) return {};
  const next = new Map(isObject(value) ? Object.entries(value) : []);
  for (const [key, part] of Object.entries(patch)) {
    if (part === null) next.delete(key);
    else next.set(key, part);
  }
  return Object.fromEntries(next);
}

export const rankOf = (ranks: Readonly<Record<string, number>>, value: unknown): number =>
  typeof value === 'string' && Object.hasOwn(ranks, value) ? (ranks[value] ?? -1) : -1;

/** What has the highest rank of all stays; else a lower rank gives way to a higher or an equal one. */
export function editMonotonic(
  ranks: Readonly<Record<string, number>>,
  value: unknown,
  sent: unknown,
): unknown {
  const rank = rankOf(ranks, value);
  const isFinal = rank === Math.max(...Object.values(ranks));
  return isFinal || rankOf(ranks, sent) < rank ? value : sent;
}
