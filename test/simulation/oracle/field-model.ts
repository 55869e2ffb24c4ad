/**
 * What becomes of one field when a change comes, by the rules of the protocol (docs/sync.md), written down a
 * second time: nothing of lib/sync is imported. Clocks are texts that sort as time does.
 */
export interface ModelStamp {
  readonly hlc: string;
  readonly version: number;
}

export interface ModelElement {
  readonly hlc: string;
  readonly present: boolean;
}

/** A field as it stands: its value, when and at which version it was written, and of sets each member. */
export interface ModelField {
  readonly value: unknown;
  readonly stamp: ModelStamp | undefined;
  readonly members: ReadonlyMap<string, ModelElement>;
}

/** How a field merges, as far as the model knows. */
export interface ModelPolicy {
  readonly kind: string;
  readonly ranks?: Readonly<Record<string, number>>;
}

export interface ModelWrite {
  /** In wire form: plain, {add, remove}, {delta}. */
  readonly value: unknown;
  readonly hlc: string;
  /** The version that the writer knew; undefined: none. */
  readonly base: number | undefined;
  /** The version that the row gets. */
  readonly nextVersion: number;
}

export const NO_FIELD: ModelField = { value: undefined, stamp: undefined, members: new Map() };

interface Order {
  /** The writer's base has the last write. */
  readonly isKnown: boolean;
  /** It has, or the last write was an earlier one of the same device. */
  readonly isCausal: boolean;
  /** It counts as the later one. */
  readonly isLater: boolean;
}

function orderOf({ stamp }: ModelField, { hlc, base }: ModelWrite): Order {
  if (stamp === undefined) return { isKnown: true, isCausal: true, isLater: true };
  const isKnown = base !== undefined && stamp.version <= base;
  const isCausal = isKnown || (deviceOf(stamp.hlc) === deviceOf(hlc) && hlc > stamp.hlc);
  return { isKnown, isCausal, isLater: isCausal || hlc > stamp.hlc };
}

const deviceOf = (hlc: string): string => hlc.split('-').slice(2).join('-');

/** The field after the write. A write loses by giving back the field as it was. */
export function writeField(policy: ModelPolicy, field: ModelField, write: ModelWrite): ModelField {
  const order = orderOf(field, write);
  const taken = take(field, write, order);
  switch (policy.kind) {
    case 'last_write_wins':
      return order.isLater ? taken : field;
    case 'local_wins':
      return taken;
    case 'server_wins':
      return order.isCausal ? taken : field;
    case 'server_if_local_null':
      return order.isCausal || write.value !== null ? taken : field;
    case 'local_if_server_null':
      return order.isCausal || isNone(field.value) ? taken : field;
    case 'server_derived':
      return field;
    case 'counter':
      return count(field, write, order);
    case 'max_value':
    case 'min_value':
      return extreme(policy.kind, field, { taken, order, hlc: write.hlc });
    case 'monotonic':
      return rank(policy.ranks ?? {}, field, { taken, order, hlc: write.hlc });
    case 'merge_arrays':
      return mergeSet(field, write, order);
    case 'shallow_merge':
      return mergeKeys(field, write, order);
    default:
      throw new Error(`the model knows no policy ${policy.kind}`);
  }
}

const isNone = (value: unknown): boolean => value === null || value === undefined;
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What holds already is no write of somebody who knew it. */
function take(field: ModelField, { value, hlc, nextVersion }: ModelWrite, order: Order): ModelField {
  if (isSame(field.value, value) && order.isCausal) return field;
  return { ...field, value, stamp: { hlc: after(hlc, field.stamp?.hlc), version: nextVersion } };
}

const later = (a: string, b: string | undefined): string => (b === undefined || a > b ? a : b);

/** The clock, or the next one after `other` with the same device where that one is ahead. */
export function after(hlc: string, other: string | undefined): string {
  if (other === undefined || hlc > other) return hlc;
  const [ms = '', counter = '0'] = other.split('-');
  const next = (Number.parseInt(counter, 16) + 1).toString(16).padStart(4, '0');
  return `${ms}-${next}-${deviceOf(hlc)}`;
}

/** Every delta counts. A plain number is taken where nothing came in between. */
function count(field: ModelField, { value, hlc, nextVersion }: ModelWrite, { isKnown }: Order): ModelField {
  const delta = (value as { delta?: number } | null)?.delta;
  if (delta === undefined ? isSame(value, field.value) || !isKnown : delta === 0 && !isNone(field.value))
    return field;
  const sum = delta === undefined ? value : Math.round((Number(field.value ?? 0) + delta) * 1e6) / 1e6;
  return { ...field, value: sum, stamp: { hlc: later(hlc, field.stamp?.hlc), version: nextVersion } };
}

interface Candidate {
  readonly taken: ModelField;
  readonly order: Order;
  /** The writer's clock. */
  readonly hlc: string;
}

function extreme(
  kind: 'max_value' | 'min_value',
  field: ModelField,
  { taken, order, hlc }: Candidate,
): ModelField {
  if (order.isCausal || taken.stamp === undefined) return taken;
  if (typeof taken.value !== 'number') return field;
  // The further number wins whatever its clock says, and makes no clock later than both.
  const won = { ...taken, stamp: { ...taken.stamp, hlc: later(hlc, field.stamp?.hlc) } };
  if (typeof field.value !== 'number') return won;
  const isFurther = kind === 'max_value' ? taken.value > field.value : taken.value < field.value;
  const isSaidAgain = taken.value === field.value && order.isLater;
  return isFurther || isSaidAgain ? won : field;
}

function rank(
  ranks: Readonly<Record<string, number>>,
  field: ModelField,
  { taken, order, hlc }: Candidate,
): ModelField {
  const rankOf = (value: unknown): number => ranks[String(value)] ?? -1;
  const [before, next] = [rankOf(field.value), rankOf(taken.value)];
  // Who knew no other write has its own clock: of a lower rank it would count in one order of arrival alone.
  const isOwnClock = !order.isCausal && taken.stamp !== undefined;
  const won = isOwnClock ? { ...taken, stamp: { ...taken.stamp, hlc } } : taken;
  if (next !== before) return next > before ? won : field;
  if (next < Math.max(...Object.values(ranks))) return order.isLater ? won : field;
  return order.isLater ? field : won;
}

/** Whether it counts. */
function writeMember(
  members: Map<string, ModelElement>,
  name: string,
  next: ModelElement,
  isKnown: boolean,
): boolean {
  const before = members.get(name);
  if (isKnown && (before?.present ?? false) === next.present) return false;
  const isLater =
    before === undefined ||
    next.hlc > before.hlc ||
    (next.hlc === before.hlc && next.present && !before.present);
  if (isLater) members.set(name, next);
  return isLater;
}

function mergeSet(field: ModelField, write: ModelWrite, { isKnown }: Order): ModelField {
  const wire = (write.value ?? []) as { add?: string[]; remove?: string[] } | string[];
  const hlc = isKnown ? after(write.hlc, field.stamp?.hlc) : write.hlc;
  const add = Array.isArray(wire) ? wire : (wire.add ?? []);
  const present = [...field.members].filter(([, member]) => member.present).map(([name]) => name);
  const remove = Array.isArray(wire) ? (isKnown ? present : []) : (wire.remove ?? []);
  const members = new Map(field.members);
  const isWhole = Array.isArray(wire) && isKnown;
  if (isWhole && isSame(field.value, wire)) return field;
  const removed = remove
    .filter((one) => !add.includes(one))
    .map((name) => writeMember(members, name, { present: false, hlc }, isKnown));
  const added = add.map((name) => writeMember(members, name, { present: true, hlc }, isKnown));
  // A write of which nothing counts is none: who knew what is there knows it still.
  if (!isWhole && !isNone(field.value) && ![...removed, ...added].includes(true)) return field;
  const value = [...members].filter(([, member]) => member.present).map(([name]) => name);
  return { value, stamp: { hlc: later(hlc, field.stamp?.hlc), version: write.nextVersion }, members };
}

function mergeKeys(field: ModelField, write: ModelWrite, { isKnown }: Order): ModelField {
  const hlc = isKnown ? after(write.hlc, field.stamp?.hlc) : write.hlc;
  const value: Record<string, unknown> = { ...(field.value as object | null) };
  const members = new Map(field.members);
  const patch: Record<string, unknown> =
    (write.value as Record<string, unknown> | null) ??
    Object.fromEntries(Object.keys(value).map((name) => [name, null]));
  let isChanged = isNone(field.value);
  for (const [name, part] of Object.entries(patch)) {
    const before = members.get(name);
    if (isKnown && isSame(value[name] ?? null, part)) continue;
    if (before !== undefined && hlc <= before.hlc) continue;
    isChanged = true;
    members.set(name, { hlc, present: part !== null });
    if (part === null) delete value[name];
    else value[name] = part;
  }
  if (!isChanged) return field;
  return { value, stamp: { hlc: later(hlc, field.stamp?.hlc), version: write.nextVersion }, members };
}
