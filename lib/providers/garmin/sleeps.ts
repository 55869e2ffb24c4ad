import { definedFields } from '../../core/defined-fields.ts';
import { type EpochMs, type LocalDate, localDateOf, SECOND_MS } from '../../core/instants.ts';
import type { DayValue, MappedPage, SleepRecord, SleepStage, StageSegment } from '../model.ts';
import { readList } from '../read-list.ts';
import { isoOfEpochSec } from '../times.ts';
import { Sleep } from './payloads.ts';
import { isPositive, summaryIdOf, UNNAMED } from './readings.ts';

/**
 * Nights and the naps they carry. A night is resent under its id while it turns from `_TENTATIVE` to
 * `_FINAL`, and when somebody edits it.
 */
export const mapSleeps = (payload: unknown): MappedPage =>
  readList(
    payload,
    Sleep,
    (sleep) => [...(isNight(sleep) ? [toNight(sleep)] : []), ...toNaps(sleep)],
    summaryIdOf,
  );

/** A summary of nothing but naps has no night. */
const isNight = (sleep: Sleep): boolean => sleep.durationInSeconds > 0 || stagesOf(sleep).length > 0;

function toNight(sleep: Sleep): SleepRecord {
  const stages = stagesOf(sleep);
  const endSec = endSecOf(sleep);
  return {
    kind: 'sleep',
    externalId: sleep.summaryId,
    revision: revisionOf(sleep.validation, sleep.durationInSeconds),
    source: UNNAMED,
    start: isoOfEpochSec(sleep.startTimeInSeconds),
    end: isoOfEpochSec(endSec),
    isNap: false,
    isFinal: isFinal(sleep.validation),
    stages,
    totals: definedFields({
      inBedMin: (endSec - sleep.startTimeInSeconds) / 60,
      asleepMin: sleep.durationInSeconds / 60,
      deepMin: minutesOf(sleep.deepSleepDurationInSeconds),
      lightMin: minutesOf(sleep.lightSleepDurationInSeconds),
      remMin: minutesOf(sleep.remSleepInSeconds),
      awakeMin: minutesOf(sleep.awakeDurationInSeconds),
    }),
    values: valuesOf(sleep),
    ...definedFields({
      zoneOffsetMinutes: sleep.startTimeOffsetInSeconds,
      date: sleep.calendarDate ?? dateAt(endSec, sleep.startTimeOffsetInSeconds),
    }),
  };
}

/** The day of waking up, for a night that has no date of its own. */
const dateAt = (epochSec: number, offsetMinutes: number | undefined): LocalDate | undefined =>
  offsetMinutes === undefined ? undefined : localDateOf((epochSec * SECOND_MS) as EpochMs, offsetMinutes);

const minutesOf = (sec: number | undefined): number | undefined =>
  sec === undefined || sec < 0 ? undefined : sec / 60;

/**
 * `durationInSeconds` is time asleep, so it does not lead to the end of the session: the last segment does,
 * else time asleep, awake and unmeasurable in a row.
 */
function endSecOf(sleep: Sleep): number {
  const ends = Object.values(sleep.sleepLevelsMap ?? {}).flatMap(
    (levels) => levels?.map((level) => level.endTimeInSeconds) ?? [],
  );
  const told = ends.reduce((latest, endSec) => Math.max(latest, endSec), sleep.startTimeInSeconds);
  if (told > sleep.startTimeInSeconds) return told;
  const { durationInSeconds, awakeDurationInSeconds = 0, unmeasurableSleepInSeconds = 0 } = sleep;
  const rest = Math.max(awakeDurationInSeconds, 0) + Math.max(unmeasurableSleepInSeconds, 0);
  return sleep.startTimeInSeconds + durationInSeconds + rest;
}

const STAGES = ['deep', 'light', 'rem', 'awake'] as const satisfies readonly SleepStage[];

/** In order of time. Where two overlap the earlier one keeps what it has. */
function stagesOf(sleep: Sleep): readonly StageSegment[] {
  const segments = STAGES.flatMap((stage) =>
    (sleep.sleepLevelsMap?.[stage] ?? []).map((level) => ({ stage, ...level })),
  ).sort((left, right) => left.startTimeInSeconds - right.startTimeInSeconds);
  let reachedSec = 0;
  return segments.flatMap(({ stage, startTimeInSeconds, endTimeInSeconds }) => {
    const fromSec = Math.max(startTimeInSeconds, reachedSec);
    if (endTimeInSeconds <= fromSec) return [];
    reachedSec = endTimeInSeconds;
    return [{ stage, start: isoOfEpochSec(fromSec), end: isoOfEpochSec(endTimeInSeconds) }];
  });
}

function valuesOf(sleep: Sleep): readonly DayValue[] {
  const seconds = [
    ['sleep_duration', sleep.durationInSeconds],
    ['sleep_deep', sleep.deepSleepDurationInSeconds],
    ['sleep_light', sleep.lightSleepDurationInSeconds],
    ['sleep_rem', sleep.remSleepInSeconds],
    ['sleep_awake', sleep.awakeDurationInSeconds],
  ] as const;
  const score = sleep.overallSleepScore?.value;
  return [
    ...seconds.flatMap(([metric, value]) =>
      value === undefined || value < 0 ? [] : [{ metric, value, unit: 's' }],
    ),
    ...(isPositive(score) ? [{ metric: 'sleep_score', value: score, unit: '{score}' }] : []),
  ];
}

function toNaps(sleep: Sleep): readonly SleepRecord[] {
  return (sleep.naps ?? []).map((nap) => ({
    kind: 'sleep',
    externalId: `${sleep.summaryId}-nap-${nap.napStartTimeInSeconds}`,
    revision: revisionOf(nap.napValidation, nap.napDurationInSeconds),
    source: UNNAMED,
    start: isoOfEpochSec(nap.napStartTimeInSeconds),
    end: isoOfEpochSec(nap.napStartTimeInSeconds + nap.napDurationInSeconds),
    isNap: true,
    isFinal: isFinal(nap.napValidation),
    stages: [],
    totals: { asleepMin: nap.napDurationInSeconds / 60 },
    values: [],
    ...definedFields({
      zoneOffsetMinutes: nap.napOffsetInSeconds ?? sleep.startTimeOffsetInSeconds,
      date: sleep.calendarDate,
    }),
  }));
}

const isFinal = (validation: string | undefined): boolean => validation?.endsWith('_TENTATIVE') !== true;

/** Above the seconds of any summary. */
const DURATION_RANGE = 10_000_000;

/** Tentative, then final, then edited by hand; within each the longest. */
function revisionOf(validation: string | undefined, durationSec: number): number {
  const isEdited = validation === 'MANUAL' || validation === 'AUTO_MANUAL';
  const rank = isEdited ? 2 : Number(isFinal(validation));
  return rank * DURATION_RANGE + Math.floor(durationSec);
}
