import { type FieldMerge, type FieldState, type FieldWrite, isGreater, KEPT } from './field-state.ts';
import { afterHlc, hlcMsOf, laterHlc } from './hlc.ts';
import type { ElementStamps, Hlc } from './row.ts';
import { DEFAULT_MAX_ELEMENT_COUNT, isObject, sameValue, setEditOf, textsOf } from './wire-forms.ts';

interface Mark {
  readonly hlc: Hlc;
  readonly present: boolean;
}
type Marks = Map<string, Mark>;
interface ElementLimit {
  readonly maxCount?: number;
}

/** Marks of a field, those removed too, are this often as many as its elements at most. */
const MARKS_PER_ELEMENT = 2;

/** Never earlier than what the writer knew, so that what it adds comes last. */
const clockOf = (stored: FieldState, { hlc, isKnown }: FieldWrite): Hlc =>
  isKnown ? afterHlc(hlc, stored.hlc) : hlc;

function marksOf(stored: FieldState, names: readonly string[]): Marks {
  const marks = new Map(Object.entries(stored.elements ?? {}));
  for (const name of names) {
    if (marks.get(name)?.present !== true) marks.set(name, { hlc: stored.hlc ?? '', present: true });
  }
  return marks;
}

/** Forgets what was removed before the horizon, and of the rest the oldest beyond the limit. */
function prune(marks: Marks, maxCount: number, horizonMs: number): ElementStamps {
  for (const [name, { hlc, present }] of marks) {
    if (!present && hlcMsOf(hlc) < horizonMs) marks.delete(name);
  }
  const excess = marks.size - maxCount * MARKS_PER_ELEMENT;
  if (excess > 0) {
    const removed = [...marks].filter(([, { present }]) => !present).sort(byClock);
    for (const [name] of removed.slice(0, excess)) marks.delete(name);
  }
  return Object.fromEntries(marks);
}

const byClock = ([leftName, left]: [string, Mark], [rightName, right]: [string, Mark]): number => {
  if (left.hlc !== right.hlc) return left.hlc < right.hlc ? -1 : 1;
  return leftName < rightName ? -1 : 1;
};

/**
 * A set of texts: each element by the clock of its last addition or removal; at one clock it is there. In the
 * order of these clocks, those of one write in the order of its list. Beyond the limit the oldest go.
 */
export function mergeSet(
  { maxCount = DEFAULT_MAX_ELEMENT_COUNT }: ElementLimit,
  stored: FieldState,
  sent: unknown,
  write: FieldWrite,
): FieldMerge {
  const edit = setEditOf(sent);
  const before = textsOf(stored.value);
  const hlc = clockOf(stored, write);
  const marks = marksOf(stored, before);
  const isWhole = edit === undefined && write.isKnown;
  const add = edit === undefined ? textsOf(sent) : (edit.add ?? []);
  if (isWhole && sameValue(stored.value, add)) return KEPT;
  const added = new Set(add);
  const remove = isWhole ? before : (edit?.remove ?? []);
  let isChanged = isWhole || (stored.value ?? undefined) === undefined;
  for (const name of remove) {
    if (!added.has(name) && mark(marks, name, { hlc, present: false }, write.isKnown)) isChanged = true;
  }
  const skips = !isWhole && write.isKnown;
  const renewed = new Set(add.filter((name) => mark(marks, name, { hlc, present: true }, skips)));
  if (renewed.size > 0) isChanged = true;
  if (!isChanged) return KEPT;
  const value = arrange(marks, [...before.filter((name) => !renewed.has(name)), ...renewed], maxCount);
  const elements = prune(marks, maxCount, write.horizonMs);
  return { kind: 'taken', state: { value, hlc: laterHlc(hlc, stored.hlc), elements } };
}

/** True when it changes something; with `skipsEqual` what holds already keeps its clock. */
function mark(marks: Marks, name: string, next: Mark, skipsEqual: boolean): boolean {
  const known = marks.get(name);
  if (skipsEqual && (known?.present ?? false) === next.present) return false;
  const wins =
    known === undefined || next.hlc > known.hlc || (next.hlc === known.hlc && next.present && !known.present);
  if (wins) marks.set(name, next);
  return wins;
}

function arrange(marks: Marks, names: readonly string[], maxCount: number): readonly string[] {
  const clock = (name: string): Hlc => marks.get(name)?.hlc ?? '';
  const present = names.filter((name) => marks.get(name)?.present === true);
  // Stable: elements of one clock stay as they are.
  const sorted = present.sort((left, right) =>
    clock(left) === clock(right) ? 0 : clock(left) < clock(right) ? -1 : 1,
  );
  const excess = Math.max(0, sorted.length - maxCount);
  for (const name of sorted.slice(0, excess)) marks.set(name, { hlc: clock(name), present: false });
  return excess === 0 ? sorted : sorted.slice(excess);
}

/** An object: each key by the clock of its last write; null removes one. Beyond the limit the oldest go. */
export function mergeObject(
  { maxCount = DEFAULT_MAX_ELEMENT_COUNT }: ElementLimit,
  stored: FieldState,
  sent: unknown,
  write: FieldWrite,
): FieldMerge {
  const parts = new Map(isObject(stored.value) ? Object.entries(stored.value) : []);
  const hlc = clockOf(stored, write);
  const marks = marksOf(stored, [...parts.keys()]);
  const patch = isObject(sent) ? Object.entries(sent) : [...parts.keys()].map((key) => [key, null] as const);
  let isChanged = !isObject(stored.value);
  for (const [key, part] of patch)
    isChanged = writePart({ parts, marks }, key, part, { hlc, write }) || isChanged;
  if (!isChanged) return KEPT;
  if (parts.size > maxCount && write.isKnown) return { kind: 'refused', why: 'too_many' };
  dropOldest(parts, marks, maxCount);
  const elements = prune(marks, maxCount, write.horizonMs);
  const state = { value: Object.fromEntries(parts), hlc: laterHlc(hlc, stored.hlc), elements };
  return { kind: 'taken', state };
}

interface ObjectParts {
  readonly parts: Map<string, unknown>;
  readonly marks: Marks;
}

function writePart(
  { parts, marks }: ObjectParts,
  key: string,
  part: unknown,
  { hlc, write }: { readonly hlc: Hlc; readonly write: FieldWrite },
): boolean {
  const known = marks.get(key);
  const holds = sameValue(parts.get(key) ?? null, part);
  if (holds && write.isKnown) return false;
  const wins =
    known === undefined ||
    hlc > known.hlc ||
    (hlc === known.hlc && !holds && isGreater(part, parts.get(key) ?? null));
  if (!wins) return false;
  marks.set(key, { hlc, present: part !== null });
  if (part === null) parts.delete(key);
  else parts.set(key, part);
  return true;
}

function dropOldest(parts: Map<string, unknown>, marks: Marks, maxCount: number): void {
  if (parts.size <= maxCount) return;
  const living = [...marks].filter(([, { present }]) => present).sort(byClock);
  for (const [key, { hlc }] of living.slice(0, parts.size - maxCount)) {
    parts.delete(key);
    marks.set(key, { hlc, present: false });
  }
}
