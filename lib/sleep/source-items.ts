import type { LocalDate } from '../core/instants.ts';
import type { SetAside, SleepSession, SourceSleep, Span, StageSample, StageSpan } from './model.ts';
import { isAsleep, paintStages } from './paint-stages.ts';
import { bySpan, clip, hullOf, lengthOf, overlaps, subtract, totalLength } from './spans.ts';

/** A session with the stages that count for it: its own, else those of its source's samples in its time. */
export interface StagedSession extends Omit<SleepSession, 'stages'> {
  readonly painted: readonly StageSpan[];
}

/** Whose clock dates a piece: of a session also the provider's own date. */
export interface Clock extends Span {
  readonly offsetMinutes: number | undefined;
  readonly date?: LocalDate;
}

/** What one source tells, each moment once. Nothing outside a session overlaps it. */
export interface SourceItems {
  readonly sessions: readonly StagedSession[];
  readonly stages: readonly StageSpan[];
  /** Time in bed by samples. */
  readonly beds: readonly Span[];
  /** The samples' clocks. */
  readonly clocks: readonly Clock[];
  readonly setAside: readonly SetAside[];
}

/**
 * A session and the samples of its source in its time are the same sleep (SLP2): the session's own stages
 * count, without any the samples give them, and what lies outside is on its own. Of sessions that overlap the
 * one that tells more counts.
 */
export function itemsOf({ source, samples, sessions }: SourceSleep): SourceItems {
  const { sourceId } = source;
  const { kept, dropped } = chooseSessions(sessions);
  const told = samples.filter(isStage);
  const staged = kept.map((session) => withStages(session, told));
  const outside = samples.flatMap((sample) => subtract(sample, kept));
  const covered = hullOf(samples.filter((sample) => kept.some((session) => overlaps(sample, session))));
  return {
    sessions: staged,
    stages: paintStages(outside.filter(isStage)),
    beds: outside.filter(({ stage }) => stage === 'in_bed'),
    clocks: samples.map(({ startMs, endMs, offsetMinutes }) => ({ startMs, endMs, offsetMinutes })),
    setAside: [
      ...dropped.map((session) => ({ ...spanOf(session), sourceId, reason: 'overlap_same_source' as const })),
      ...(covered === undefined ? [] : [{ ...covered, sourceId, reason: 'record_counts' as const }]),
    ],
  };
}

const spanOf = ({ startMs, endMs }: Span): Span => ({ startMs, endMs });
const isStage = <Part extends Pick<StageSample, 'stage'>>(
  sample: Part,
): sample is Part & Pick<StageSpan, 'stage'> => sample.stage !== 'in_bed';

function withStages({ stages, ...session }: SleepSession, told: readonly StageSpan[]): StagedSession {
  const own = paintStages(stages.filter(isStage));
  if (own.some(isAsleep)) return { ...session, painted: own };
  const inside = paintStages(told.flatMap((part) => clip(part, session) ?? []));
  return { ...session, painted: inside.some(isAsleep) ? inside : [] };
}

/** More told wins: stages, totals, length; then the id, so that no two are equal. */
function chooseSessions(sessions: readonly SleepSession[]) {
  const worth = ({ stages, totals }: SleepSession): number =>
    (stages.length > 0 ? 2 : 0) + (totals.asleepMin === undefined ? 0 : 1);
  const byWorth = [...sessions].sort(
    (left, right) =>
      worth(right) - worth(left) ||
      lengthOf(right) - lengthOf(left) ||
      (left.recordId < right.recordId ? -1 : 1),
  );
  const kept: SleepSession[] = [];
  const dropped: SleepSession[] = [];
  for (const session of byWorth) {
    if (lengthOf(session) <= 0) continue;
    if (kept.some((other) => overlaps(other, session))) dropped.push(session);
    else kept.push(session);
  }
  return { kept: kept.sort(bySpan), dropped };
}

/** Stage minutes of a source by samples and by sessions, to tell what it never reports. */
export const stagedMs = (items: SourceItems, stage: StageSpan['stage']): number =>
  totalLength(
    [...items.stages, ...items.sessions.flatMap(({ painted }) => painted)].filter(
      (part) => part.stage === stage,
    ),
  );
