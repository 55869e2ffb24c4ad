import type { Workout, WorkoutGroup } from '../../../../../contracts/http/workouts.ts';
import { span } from '../clock.ts';
import { number } from '../elements.ts';

type Signal = WorkoutGroup['pairs'][number]['signals'][number];

const SIGNALS: Readonly<Record<Signal, string>> = {
  start_within_2_min: 'starts within 2 min',
  start_within_10_min: 'starts within 10 min',
  start_shifted_by_a_zone: 'starts a time zone apart',
  duration_within_10_percent: 'durations within 10 %',
  duration_within_25_percent: 'durations within 25 %',
  same_type: 'same type',
  same_family: 'same kind of sport',
  distance_within_5_percent: 'distances within 5 %',
  distance_within_15_percent: 'distances within 15 %',
  same_track: 'same track',
};

export const signalWords = (signals: readonly Signal[]): string =>
  signals.map((signal) => SIGNALS[signal]).join(', ');

export const typeName = (type: string): string => type.replaceAll('_', ' ');

export const duration = ({ durationSec }: Workout): string => span(durationSec / 60);

export const distance = ({ distanceM }: Workout): string =>
  distanceM === undefined ? '–' : `${number(distanceM / 1_000, 2)} km`;

/** In kilometres, where the column says so. */
export const kilometres = ({ distanceM }: Workout): string =>
  distanceM === undefined ? '–' : number(distanceM / 1_000, 2);

export const heartRate = ({ avgHeartRateBpm }: Workout): string =>
  avgHeartRateBpm === undefined ? '–' : number(avgHeartRateBpm);
