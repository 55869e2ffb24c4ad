import { assertNever } from '../../core/assert.ts';
import { type EpochMs, HOUR_MS } from '../../core/instants.ts';
import type { PushItem } from '../../providers/definition.ts';
import type { TimeWindow } from '../../providers/model.ts';

/** A push that names a person; the others are only counted. */
export type PersonalItem = Exclude<PushItem, { readonly kind: 'ignored' | 'unreadable' }>;

/** What a notification asks to be done for a connection: an inbox entry that has no place yet. */
export type PushWish =
  | {
      readonly kind: 'window';
      readonly dataType: string;
      readonly window: TimeWindow;
      readonly replaces: boolean;
    }
  | { readonly kind: 'record'; readonly dataType: string; readonly id: string }
  | { readonly kind: 'deletion'; readonly dataType: string; readonly id: string }
  | { readonly kind: 'callback'; readonly dataType: string; readonly origin: string; readonly url: string }
  | { readonly kind: 'payload'; readonly dataType: string; readonly payload: unknown }
  | { readonly kind: 'deauthorized' }
  | { readonly kind: 'permissions'; readonly grantedScopes: readonly string[] };

/** Windows of a type that lie so close are one: a cloud tells of each five minutes of steps by themselves. */
const JOIN_WITHIN_MS = HOUR_MS;
/** A joined window stays within what a small top-up fetches. */
const MAX_JOINED_MS = 24 * HOUR_MS;

/** The items of each person, in the order sent. */
export function groupByPerson(items: readonly PersonalItem[]): ReadonlyMap<string, readonly PersonalItem[]> {
  const groups = new Map<string, PersonalItem[]>();
  for (const item of items) {
    const group = groups.get(item.providerUserId);
    if (group === undefined) groups.set(item.providerUserId, [item]);
    else group.push(item);
  }
  return groups;
}

/**
 * What the items of one person ask for: repeats once, in the order sent, then the windows, of which those of a
 * type that touch or lie within an hour of each other are joined, up to a day. Windows come last because what
 * they fetch is the newest truth. The same items always give the same wishes.
 */
export function coalesceItems(items: readonly PersonalItem[]): readonly PushWish[] {
  const single = new Map<string, PushWish>();
  const windows = new Map<string, WindowWish[]>();
  for (const wish of items.map(toWish)) {
    if (wish.kind !== 'window') {
      single.set(JSON.stringify(wish), wish);
      continue;
    }
    const series = `${wish.dataType} ${wish.replaces}`;
    windows.set(series, [...(windows.get(series) ?? []), wish]);
  }
  return [...single.values(), ...[...windows.values()].flatMap(joinWindows)];
}

function toWish(item: PersonalItem): PushWish {
  switch (item.kind) {
    case 'changed':
      return { ...item.at, dataType: item.dataType };
    case 'deleted':
      return { kind: 'deletion', dataType: item.dataType, id: item.id };
    case 'deauthorized':
      return { kind: 'deauthorized' };
    case 'permissions':
      return { kind: 'permissions', grantedScopes: item.grantedScopes };
    default:
      return assertNever(item);
  }
}

type WindowWish = Extract<PushWish, { readonly kind: 'window' }>;

function joinWindows(windows: readonly WindowWish[]): readonly WindowWish[] {
  const joined: WindowWish[] = [];
  for (const wish of windows.toSorted((a, b) => a.window.fromMs - b.window.fromMs)) {
    const last = joined.at(-1);
    const both = last === undefined ? undefined : joinedWindow(last.window, wish.window);
    if (both === undefined) joined.push(wish);
    else joined[joined.length - 1] = { ...wish, window: both };
  }
  return joined;
}

/** Undefined when the two are too far apart, or too long together; one that holds the other is taken as it is. */
function joinedWindow(earlier: TimeWindow, later: TimeWindow): TimeWindow | undefined {
  const toMs = Math.max(earlier.toMs, later.toMs) as EpochMs;
  if (later.toMs <= earlier.toMs) return earlier;
  const isClose = later.fromMs - earlier.toMs <= JOIN_WITHIN_MS;
  const isShort = toMs - earlier.fromMs <= MAX_JOINED_MS;
  return isClose && isShort ? { fromMs: earlier.fromMs, toMs } : undefined;
}
