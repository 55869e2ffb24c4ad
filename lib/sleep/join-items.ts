import { MAX_JOIN_GAP_MS, MAX_SLEEP_MS } from './limits.ts';
import type { Span, StageSpan } from './model.ts';
import type { SourceItems, StagedSession } from './source-items.ts';
import { bySpan, clip, lengthOf } from './spans.ts';

/** What of one source belongs to one sleep. */
export interface JoinedItems extends Span {
  readonly sessions: readonly StagedSession[];
  readonly stages: readonly StageSpan[];
  readonly beds: readonly Span[];
  readonly isNap: boolean;
  readonly isCut: boolean;
}

type Item = Span &
  (
    | { readonly kind: 'stage'; readonly part: StageSpan }
    | { readonly kind: 'bed' }
    | { readonly kind: 'session'; readonly session: StagedSession }
  );

/**
 * The sleeps of one source (SLP4): what follows within an hour goes on with the same sleep. After 24 hours
 * sleep is cut, and both parts say so. A session that its provider calls a nap stays alone.
 */
export function joinItems(items: SourceItems): readonly JoinedItems[] {
  const naps = items.sessions
    .filter(({ isNap }) => isNap)
    .map((session) => join([{ ...toSpan(session), kind: 'session', session }], items, false));
  let rest = [
    // Being out of bed holds no sleep together: it is told where it lies within one.
    ...items.stages
      .filter(({ stage }) => stage !== 'out_of_bed')
      .map((part): Item => ({ ...toSpan(part), kind: 'stage', part })),
    ...items.beds.map((bed): Item => ({ ...toSpan(bed), kind: 'bed' })),
    ...items.sessions
      .filter(({ isNap }) => !isNap)
      .map((session): Item => ({ ...toSpan(session), kind: 'session', session })),
  ].sort(bySpan);
  const sleeps: JoinedItems[] = [];
  let wasCut = false;
  while (rest.length > 0) {
    const taken = takeSleep(rest);
    sleeps.push(join(taken.items, items, taken.isCut || wasCut));
    wasCut = taken.isCut;
    rest = taken.rest;
  }
  return [...sleeps, ...naps].sort(bySpan);
}

const toSpan = ({ startMs, endMs }: Span): Span => ({ startMs, endMs });

/** The first sleep of what is left, and what is left then, in order again. */
function takeSleep(sorted: readonly Item[]): {
  readonly items: readonly Item[];
  readonly rest: Item[];
  readonly isCut: boolean;
} {
  const startMs = sorted[0]?.startMs ?? 0;
  const limitMs = startMs + MAX_SLEEP_MS;
  const items: Item[] = [];
  const carried: Item[] = [];
  let reachMs = startMs;
  let index = 0;
  for (; index < sorted.length; index += 1) {
    const item = sorted[index];
    if (item === undefined || item.startMs > reachMs + MAX_JOIN_GAP_MS || item.startMs >= limitMs) break;
    const isWhole = item.endMs <= limitMs;
    if (!isWhole && item.kind === 'session') carried.push(item);
    else items.push(isWhole ? item : { ...item, endMs: limitMs });
    if (!isWhole && item.kind !== 'session') carried.push({ ...item, startMs: limitMs });
    reachMs = Math.max(reachMs, Math.min(item.endMs, limitMs));
  }
  const next = sorted[index];
  const isCut = carried.length > 0 || (next !== undefined && next.startMs <= reachMs + MAX_JOIN_GAP_MS);
  return { items, rest: [...carried, ...sorted.slice(index)].sort(bySpan), isCut };
}

function join(joined: readonly Item[], source: SourceItems, isCut: boolean): JoinedItems {
  const startMs = joined.reduce((least, item) => Math.min(least, item.startMs), Number.POSITIVE_INFINITY);
  const endMs = joined.reduce((most, item) => Math.max(most, item.endMs), Number.NEGATIVE_INFINITY);
  const span = { startMs, endMs };
  const sessions = joined.flatMap((item) => (item.kind === 'session' ? [item.session] : []));
  const parts = joined.flatMap((item) => (item.kind === 'stage' ? (clip(item.part, item) ?? []) : []));
  const outOfBed = source.stages
    .filter(({ stage }) => stage === 'out_of_bed')
    .flatMap((part) => clip(part, span) ?? []);
  const isNap = sessions.length > 0 && sessions.every((session) => session.isNap);
  return {
    ...span,
    sessions,
    stages: [...parts, ...(isNap ? [] : outOfBed), ...sessions.flatMap(({ painted }) => painted)].sort(
      bySpan,
    ),
    beds: joined.flatMap((item) => (item.kind === 'bed' && lengthOf(item) > 0 ? [toSpan(item)] : [])),
    isNap,
    isCut,
  };
}
