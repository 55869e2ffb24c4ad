import type { SAMPLES_CHANGED_V1, SamplesChangedV1 } from '../../contracts/events/samples-changed.v1.ts';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import { DAY_MS, type LocalDate, parseLocalDate, utcMidnightOf } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import { MAX_WINDOW_DAYS, MAX_WINDOW_GAP_DAYS } from './limits.ts';

export interface ProjectionEvent {
  readonly type: typeof SAMPLES_CHANGED_V1;
  readonly detail: SamplesChangedV1;
}

export interface ProjectionMessage {
  readonly messageId: string;
  readonly event: ProjectionEvent;
}

/** What the messages of a batch need of one (user, metric, local date). */
interface DayTask {
  /** Block name -> the newest sequence number that an event of the batch names. */
  readonly needs: Map<string, number>;
  readonly messageIds: Set<string>;
}

/** Neighbouring dates of one (user, metric) that are computed from one reading of the blocks. */
export interface WindowTask {
  readonly scope: UserScope;
  readonly metric: Metric;
  readonly days: ReadonlyMap<LocalDate, DayTask>;
}

/**
 * The union of what a batch of `samples.changed` messages asks for: each (user, metric, date) once, with
 * the newest numbers required and every message that asked, so that none is lost and none is computed
 * twice. Metrics without a rollup need nothing. Neighbouring dates share a window of at most 31 days.
 */
export function coalesce(messages: readonly ProjectionMessage[]): readonly WindowTask[] {
  const series = new Map<string, { scope: UserScope; metric: Metric; days: Map<LocalDate, DayTask> }>();
  for (const { messageId, event } of messages) {
    const scope = scopeOf(event.detail);
    for (const change of event.detail.changes) {
      const metric = metricOf(change.metric);
      if (metric === undefined || metric.aggregation === 'none') continue;
      const name = `${scope.workspaceId}/${scope.userId}/${metric.code}`;
      const known = series.get(name) ?? { scope, metric, days: new Map() };
      series.set(name, known);
      for (const text of change.dates) {
        const date = parseLocalDate(text);
        if (date !== undefined)
          askFor(known.days, date, { block: change.block, seq: event.detail.seq, messageId });
      }
    }
  }
  return [...series.values()].flatMap(({ scope, metric, days }) =>
    windowsOf([...days.keys()]).map((dates) => ({
      scope,
      metric,
      days: new Map([...days].filter(([date]) => dates.includes(date))),
    })),
  );
}

/** Events carry ids as plain text; the relay wrote them from keys. */
const scopeOf = (detail: { readonly workspaceId: string; readonly userId: string }): UserScope =>
  ({ workspaceId: detail.workspaceId, userId: detail.userId }) as UserScope;

function askFor(
  days: Map<LocalDate, DayTask>,
  date: LocalDate,
  asked: { readonly block: string; readonly seq: number; readonly messageId: string },
): void {
  const day = days.get(date) ?? { needs: new Map(), messageIds: new Set() };
  day.needs.set(asked.block, Math.max(asked.seq, day.needs.get(asked.block) ?? 0));
  day.messageIds.add(asked.messageId);
  days.set(date, day);
}

/** Dates in order, cut where the gap or the span grows too large for one reading. */
export function windowsOf(dates: readonly LocalDate[]): readonly (readonly LocalDate[])[] {
  const windows: LocalDate[][] = [];
  for (const date of [...dates].sort()) {
    const window = windows.at(-1);
    const [first] = window ?? [];
    const last = window?.at(-1);
    const isNear =
      first !== undefined &&
      last !== undefined &&
      daysBetween(last, date) <= MAX_WINDOW_GAP_DAYS &&
      daysBetween(first, date) < MAX_WINDOW_DAYS;
    if (isNear) window?.push(date);
    else windows.push([date]);
  }
  return windows;
}

const daysBetween = (from: LocalDate, to: LocalDate): number =>
  (utcMidnightOf(to) - utcMidnightOf(from)) / DAY_MS;
