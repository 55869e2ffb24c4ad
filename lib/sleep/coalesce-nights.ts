import type { RECORDS_CHANGED_V1, RecordsChangedV1 } from '../../contracts/events/records-changed.v1.ts';
import type { SAMPLES_CHANGED_V1, SamplesChangedV1 } from '../../contracts/events/samples-changed.v1.ts';
import { DAY_MS, type LocalDate, parseLocalDate, utcMidnightOf } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import { MAX_WINDOW_NIGHTS } from './limits.ts';
import { STAGE_METRIC } from './night-deps.ts';
import { nightsOfDate } from './night-fingerprint.ts';
import { blockInput, recordsInput } from './project-nights.ts';

export type NightEvent =
  | { readonly type: typeof SAMPLES_CHANGED_V1; readonly detail: SamplesChangedV1 }
  | { readonly type: typeof RECORDS_CHANGED_V1; readonly detail: RecordsChangedV1 };

export interface NightMessage {
  readonly messageId: string;
  readonly event: NightEvent;
}

interface NightTask {
  /** Input -> the newest sequence number that an event of the batch names. */
  readonly needs: Map<string, number>;
  readonly messageIds: Set<string>;
}

/** Neighbouring nights of one user that are computed from one reading. */
export interface NightWindow {
  readonly scope: UserScope;
  readonly nights: ReadonlyMap<LocalDate, NightTask>;
}

/** Nights further apart than this are read apart. */
const MAX_GAP_NIGHTS = 3;

/**
 * The union of what a batch of messages asks for: each night of a user once, with the newest numbers required
 * and every message that asked. A change on a date touches the nights that read it. Other metrics than stages
 * and other records than sleep need nothing.
 */
export function coalesceNights(messages: readonly NightMessage[]): readonly NightWindow[] {
  const users = new Map<string, { scope: UserScope; nights: Map<LocalDate, NightTask> }>();
  for (const { messageId, event } of messages) {
    const { workspaceId, userId, seq } = event.detail;
    const name = `${workspaceId}/${userId}`;
    const user = users.get(name) ?? { scope: { workspaceId, userId } as UserScope, nights: new Map() };
    users.set(name, user);
    for (const { date, input } of inputsOf(event)) {
      for (const night of nightsOfDate(date)) {
        const task = user.nights.get(night) ?? { needs: new Map(), messageIds: new Set() };
        task.needs.set(input, Math.max(seq, task.needs.get(input) ?? 0));
        task.messageIds.add(messageId);
        user.nights.set(night, task);
      }
    }
  }
  return [...users.values()].flatMap(({ scope, nights }) =>
    windowsOf([...nights.keys()]).map((window) => ({
      scope,
      nights: new Map([...nights].filter(([night]) => window.includes(night))),
    })),
  );
}

function inputsOf({
  type,
  detail,
}: NightEvent): readonly { readonly date: LocalDate; readonly input: string }[] {
  const of = (dates: readonly string[], inputOf: (date: string) => string) =>
    dates.flatMap((text) => {
      const date = parseLocalDate(text);
      return date === undefined ? [] : [{ date, input: inputOf(date) }];
    });
  return type === 'samples.changed.v1'
    ? detail.changes
        .filter(({ metric }) => metric === STAGE_METRIC)
        .flatMap(({ dates, block }) => of(dates, (date) => blockInput(block, date)))
    : detail.changes.filter(({ kind }) => kind === 'sleep').flatMap(({ dates }) => of(dates, recordsInput));
}

/** Nights in order, cut where the gap or the span grows too large for one reading. */
export function windowsOf(nights: readonly LocalDate[]): readonly (readonly LocalDate[])[] {
  const windows: LocalDate[][] = [];
  for (const night of [...nights].sort()) {
    const window = windows.at(-1);
    const [first] = window ?? [];
    const last = window?.at(-1);
    const isNear =
      first !== undefined &&
      last !== undefined &&
      daysBetween(last, night) <= MAX_GAP_NIGHTS &&
      daysBetween(first, night) < MAX_WINDOW_NIGHTS;
    if (isNear) window?.push(night);
    else windows.push([night]);
  }
  return windows;
}

const daysBetween = (from: LocalDate, to: LocalDate): number =>
  (utcMidnightOf(to) - utcMidnightOf(from)) / DAY_MS;
