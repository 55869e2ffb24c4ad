import { type EpochMs, MINUTE_MS, toIso } from '../../lib/core/instants.ts';
import type { WorkoutRecord } from '../../lib/providers/model.ts';
import type { NormalisedRecord, StoredRecord } from '../../lib/records/model.ts';
import { normaliseRecord, recordIdOf } from '../../lib/records/normalise-record.ts';
import { sourceIdOf } from '../../lib/samples/sample-identity.ts';
import type { Workout } from '../../lib/workouts/model.ts';
import { toWorkout } from '../../lib/workouts/reads/to-workout.ts';

/** 2026-11-21T12:00:00Z. */
const NOW_MS = 1_795_262_400_000 as EpochMs;
export const NAMES = { sourceIdOf, recordIdOf };

/** What a test says of a workout: the rest is a plain run of an hour by a watch. */
export type WorkoutParts = Partial<Omit<WorkoutRecord, 'start' | 'end' | 'kind'>> & {
  readonly provider?: string;
  /** ISO. */
  readonly start: string;
  /** 60 unless said; the duration as well, unless that is said. */
  readonly minutes?: number;
};

const idFrom = (provider: string, start: string): string => `${provider}-${start}`;

export function normalisedWorkout({
  provider = 'garmin',
  start,
  minutes = 60,
  ...parts
}: WorkoutParts): NormalisedRecord {
  const endMs = (Date.parse(start) + minutes * MINUTE_MS) as EpochMs;
  const record: WorkoutRecord = {
    kind: 'workout',
    externalId: idFrom(provider, start),
    source: {},
    type: 'running',
    providerType: 'run',
    isManual: false,
    durationSec: minutes * 60,
    values: [],
    ...parts,
    start,
    end: toIso(endMs),
  };
  const checked = normaliseRecord(record, { provider, nowMs: NOW_MS, timeZone: undefined });
  if (!checked.ok) throw new Error(`not a workout: ${checked.failure}`);
  return checked.value;
}

export function workoutOf(parts: WorkoutParts): Workout {
  const {
    valueMetrics: _values,
    contentHash: _hash,
    revision: _revision,
    ...rest
  } = normalisedWorkout(parts);
  const stored: StoredRecord = { ...rest, version: 1, seq: 1 };
  const workout = toWorkout(NAMES, stored);
  if (workout === undefined) throw new Error('not a workout');
  return workout;
}
