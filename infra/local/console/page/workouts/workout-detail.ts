import type { WorkoutTrackAnswer } from '../../../../../contracts/http/activity-imports.ts';
import type {
  ListWorkoutSamplesAnswer,
  WorkoutDetail,
  WorkoutGroup,
} from '../../../../../contracts/http/workouts.ts';
import { span, wornDayAndTime } from '../clock.ts';
import { facts, make, number } from '../elements.ts';
import { getTrack, getWorkout, listHeartRate, sourceName } from '../read-models-api.ts';
import { groupPanel } from './duplicate-group.ts';
import { drawHeartRate } from './heart-rate-chart.ts';
import { drawTrack, TRACK_POINT_COUNT } from './track.ts';
import { distance, duration, typeName } from './words.ts';

export interface OpenedWorkout {
  readonly workout: WorkoutDetail;
  readonly track: WorkoutTrackAnswer | undefined;
  readonly heartRate: ListWorkoutSamplesAnswer;
}

/** All that the page shows of one workout. */
export async function openWorkout(userId: string, workoutId: string): Promise<OpenedWorkout> {
  const [workout, heartRate] = await Promise.all([
    getWorkout(userId, workoutId),
    listHeartRate(userId, workoutId),
  ]);
  const track =
    workout.track === undefined ? undefined : await getTrack(userId, workoutId, TRACK_POINT_COUNT);
  return { workout, track, heartRate };
}

interface Place {
  readonly container: HTMLElement;
  readonly userId: string;
  readonly group: WorkoutGroup | undefined;
  /** After a decision. */
  changed(): Promise<void>;
}

/** Draws a workout: figures, way beside heart rate, and its copies with what can be decided of them. */
export function showWorkout(place: Place, { workout, track, heartRate }: OpenedWorkout): void {
  const [way, pulse] = [make('div', { class: 'track' }), make('div', { class: 'heart-rate' })];
  const { group } = place;
  place.container.replaceChildren(
    heading(workout),
    figuresOf(workout),
    make('div', { class: 'beside' }, way, pulse),
    ...(group === undefined ? [] : [groupPanel(place.userId, group, place.changed)]),
  );
  const hasPulse = (heartRate.series[0]?.buckets ?? []).length > 0;
  if (track === undefined) way.replaceWith(missing('No track: its source tells none.'));
  if (!hasPulse) pulse.replaceWith(missing('No heart rate from its source.'));
  if (track !== undefined) drawTrack(way, track);
  if (hasPulse) drawHeartRate(pulse, heartRate);
}

/** In place of a drawing, on a line of its own: the other one then has the room. */
const missing = (words: string): HTMLElement => make('p', { class: 'line muted missing' }, words);

function heading(workout: WorkoutDetail): HTMLElement {
  const by = workout.isManual ? 'entered by hand' : sourceName(workout.source);
  const own = workout.providerType === workout.type ? [] : [`“${workout.providerType}” there`];
  const words = [wornDayAndTime(workout.start, workout.zoneOffsetMinutes), by, ...own];
  return make(
    'p',
    { class: 'line' },
    make('strong', {}, workout.title ?? typeName(workout.type)),
    ` ${words.join(' · ')}`,
  );
}

function figuresOf(workout: WorkoutDetail): HTMLElement {
  const told = (value: number | undefined, unit: string, digits = 0) =>
    value === undefined ? undefined : `${number(value, digits)} ${unit}`;
  const all: readonly (readonly [string, string | undefined])[] = [
    ['for', duration(workout)],
    ['moving', workout.movingSec === undefined ? undefined : span(workout.movingSec / 60)],
    ['distance', workout.distanceM === undefined ? undefined : distance(workout)],
    ['heart rate', told(workout.avgHeartRateBpm, 'bpm')],
    ['at most', told(workout.maxHeartRateBpm, 'bpm')],
    ['energy', told(workout.energyKcal, 'kcal')],
    ['climb', told(workout.elevationGainM, 'm')],
    ['power', told(workout.avgPowerW, 'W')],
    ['cadence', told(workout.avgCadencePerMin, '/min')],
    ['laps', workout.laps.length === 0 ? undefined : String(workout.laps.length)],
    ['parts', workout.children.length === 0 ? undefined : String(workout.children.length)],
  ];
  return facts(all.flatMap(([term, value]) => (value === undefined ? [] : [[term, value] as const])));
}
