import type { WorkoutType } from '../../../contracts/records/workout-types.ts';
import { definedFields } from '../../core/defined-fields.ts';
import { DAY_MS, type EpochMs, MINUTE_MS, SECOND_MS, toIso } from '../../core/instants.ts';
import type { WorkoutLap } from '../../providers/model.ts';
import { externalIdOf } from '../identity.ts';
import { MAX_ACTIVITY_COUNT, MAX_LAPS_KEPT } from '../limits.ts';
import type { Activity } from '../model.ts';
import { cleanPoints } from '../points.ts';
import { toFigures } from '../to-activity.ts';
import { wholeOf } from '../whole.ts';
import { sourceOf } from './fit-device.ts';
import { type FitMessage, type FitMessages, instantOf, numberOf, positiveOf, wordOf } from './fit-message.ts';
import { cadenceFactorOf, pointOf } from './fit-points.ts';
import { workoutTypeOf } from './fit-sports.ts';

export interface ReadActivities {
  readonly activities: readonly Activity[];
  readonly droppedCount: number;
}

/**
 * The activities of one FIT file: each session is one; several are parts of a whole that comes first (ACT2). A
 * file that broke off before its sessions has one activity from its points. None for files of other types
 * (settings, courses) and for sessions without a time.
 */
export function activitiesOf(messages: FitMessages, nowMs: EpochMs): ReadActivities {
  const fileType = wordOf(messages.fileId, 'type');
  if (fileType !== undefined && fileType !== 'activity') return { activities: [], droppedCount: 0 };
  const sessions = sessionsOf(messages, nowMs);
  const parts = sessions.map((session, index) =>
    readSession(session, {
      messages,
      isOnly: sessions.length === 1,
      index,
      nextMs: sessions[index + 1]?.startMs,
    }),
  );
  const activities = parts.map(({ activity }) => activity);
  const droppedCount = parts.reduce((sum, part) => sum + part.droppedCount, 0);
  if (activities.length < 2) return { activities, droppedCount };
  const externalId = idOf(messages, 'whole');
  const children = activities.map((activity) => ({ ...activity, parentExternalId: externalId }));
  return { activities: [wholeOf(externalId, children), ...children], droppedCount };
}

interface Session {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly said: FitMessage;
}

function sessionsOf({ sessions, records }: FitMessages, nowMs: EpochMs): readonly Session[] {
  const told = sessions.flatMap((said): readonly Session[] => {
    const startMs = instantOf(said, 'start_time');
    if (startMs === undefined) return [];
    const elapsedSec = positiveOf(said, 'total_elapsed_time', 'total_timer_time');
    const endMs =
      elapsedSec === undefined ? (instantOf(said, 'timestamp') ?? startMs) : startMs + elapsedSec * SECOND_MS;
    return [{ startMs, endMs: Math.max(startMs, Math.round(endMs)) as EpochMs, said }];
  });
  if (told.length > 0)
    return told.toSorted((left, right) => left.startMs - right.startMs).slice(0, MAX_ACTIVITY_COUNT);
  const times = records.flatMap((record) => instantOf(record, 'timestamp') ?? []);
  const [startMs] = times;
  if (startMs === undefined) return [];
  const { points } = cleanPoints(
    times.filter((timeMs) => timeMs <= nowMs + DAY_MS).map((timeMs) => ({ timeMs })),
    startMs,
  );
  const last = points.at(-1);
  return last === undefined || points.length < 2 ? [] : [{ startMs, endMs: last.timeMs, said: {} }];
}

interface Surroundings {
  readonly messages: FitMessages;
  readonly isOnly: boolean;
  readonly index: number;
  /** Where the next session starts. */
  readonly nextMs: EpochMs | undefined;
}

function readSession(
  session: Session,
  { messages, isOnly, index, nextMs }: Surroundings,
): { readonly activity: Activity; readonly droppedCount: number } {
  const { said, startMs, endMs } = session;
  const sport = wordOf(said, 'sport');
  const subSport = wordOf(said, 'sub_sport');
  const type = workoutTypeOf(sport, subSport);
  const mine = partOf(messages.records, { session, isFirst: index === 0, nextMs });
  const factor = cadenceFactorOf(type);
  const clean = cleanPoints(
    mine.flatMap((record) => pointOf(record, factor) ?? []),
    startMs,
  );
  const activity = {
    externalId: isOnly ? idOf(messages, 'whole') : idOf(messages, index),
    type,
    providerType:
      [sport, subSport].filter((word) => word !== undefined && word !== 'generic').join('/') || 'generic',
    startMs,
    endMs,
    source: sourceOf(messages.fileId),
    laps: lapsOf(messages.laps, session, nextMs),
    points: clean.points,
    ...definedFields({ title: titleOf(said), zoneOffsetMinutes: offsetOf(messages.activity) }),
    ...toFigures(session, saidFigures(said, type), clean.points),
  };
  return { activity, droppedCount: clean.droppedCount };
}

/** What lies in a session: up to the next one's start, or to its own end and what the device wrote behind it. */
function partOf(
  messages: readonly FitMessage[],
  {
    session,
    isFirst,
    nextMs,
  }: { readonly session: Session; readonly isFirst: boolean; readonly nextMs: EpochMs | undefined },
  name = 'timestamp',
): readonly FitMessage[] {
  const fromMs = isFirst ? Number.NEGATIVE_INFINITY : session.startMs;
  const toMs = nextMs ?? session.endMs + MINUTE_MS;
  return messages.filter((message) => {
    const atMs = instantOf(message, name);
    return atMs !== undefined && atMs >= fromMs && atMs < toMs;
  });
}

/** Of a session, in the records' units. A heart rate or distance of 0 means that nothing was measured. */
function saidFigures(said: FitMessage, type: WorkoutType) {
  const cadence = positiveOf(said, 'avg_cadence');
  const fraction = numberOf(said, 'avg_fractional_cadence') ?? 0;
  return {
    durationSec: positiveOf(said, 'total_elapsed_time', 'total_timer_time'),
    movingSec: positiveOf(said, 'total_timer_time'),
    distanceM: positiveOf(said, 'total_distance'),
    energyKcal: positiveOf(said, 'total_calories'),
    avgHeartRateBpm: positiveOf(said, 'avg_heart_rate'),
    maxHeartRateBpm: positiveOf(said, 'max_heart_rate'),
    elevationGainM: numberOf(said, 'total_ascent'),
    avgSpeedMps: positiveOf(said, 'enhanced_avg_speed', 'avg_speed'),
    avgCadencePerMin: cadence === undefined ? undefined : (cadence + fraction) * cadenceFactorOf(type),
    avgPowerW: positiveOf(said, 'avg_power'),
  };
}

function lapsOf(
  laps: readonly FitMessage[],
  session: Session,
  nextMs: EpochMs | undefined,
): readonly WorkoutLap[] {
  return partOf(laps, { session, isFirst: false, nextMs }, 'start_time')
    .slice(0, MAX_LAPS_KEPT)
    .flatMap((lap): readonly WorkoutLap[] => {
      const startMs = instantOf(lap, 'start_time');
      const elapsedSec = positiveOf(lap, 'total_elapsed_time', 'total_timer_time');
      if (startMs === undefined || elapsedSec === undefined) return [];
      const figures = definedFields({
        distanceM: positiveOf(lap, 'total_distance'),
        movingSec: positiveOf(lap, 'total_timer_time'),
        energyKcal: positiveOf(lap, 'total_calories'),
        avgHeartRateBpm: positiveOf(lap, 'avg_heart_rate'),
        maxHeartRateBpm: positiveOf(lap, 'max_heart_rate'),
      });
      const endMs = (startMs + Math.round(elapsedSec * SECOND_MS)) as EpochMs;
      return [{ start: toIso(startMs), end: toIso(endMs), ...figures }];
    });
}

const titleOf = (said: FitMessage): string | undefined => {
  const name = said['sport_profile_name'];
  return typeof name === 'string' && name !== '' ? name : undefined;
};

/** The widest offset of a clock on earth is 14 hours; quarters of an hour are the finest. */
const MAX_OFFSET_MIN = 14 * 60;
const OFFSET_STEP_MIN = 15;

/** The device's clock against UTC when it closed the file; a clock that was set wrong says no offset. */
function offsetOf(activity: FitMessage): number | undefined {
  const utcMs = instantOf(activity, 'timestamp');
  const localMs = instantOf(activity, 'local_timestamp');
  if (utcMs === undefined || localMs === undefined) return undefined;
  const minutes = Math.round((localMs - utcMs) / MINUTE_MS / OFFSET_STEP_MIN) * OFFSET_STEP_MIN;
  const isExact = Math.abs(localMs - utcMs - minutes * MINUTE_MS) <= 2 * MINUTE_MS;
  return isExact && Math.abs(minutes) <= MAX_OFFSET_MIN ? minutes || 0 : undefined;
}

/** Maker, product, serial number and time of creation name a file (FIT SDK, "Activity files": file_id). */
function idOf({ fileId, sessions, records }: FitMessages, part: number | 'whole'): string {
  const createdMs =
    instantOf(fileId, 'time_created') ??
    instantOf(sessions[0] ?? {}, 'start_time') ??
    instantOf(records[0] ?? {}, 'timestamp');
  return externalIdOf('fit', [
    wordOf(fileId, 'manufacturer'),
    wordOf(fileId, 'product'),
    numberOf(fileId, 'serial_number'),
    createdMs,
    part,
  ]);
}
