import { definedFields } from '../../core/defined-fields.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS, toIso } from '../../core/instants.ts';
import { composedPage } from '../composed-page.ts';
import type { DataType, FetchContext, MapContext, RawPage } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type { ProviderRecord, RecordSource, TimeWindow, WorkoutRecord } from '../model.ts';
import { type EntryFault, readList } from '../read-list.ts';
import { seriesOf } from './exercise-samples.ts';
import { askPolar, datesOf, entriesOf, offsetOfWall, withUnderscores } from './pages.ts';
import { ExercisePayload } from './payloads.ts';
import { workoutTypeOf } from './sports.ts';

const PATH = '/v3/exercises';

/** Exercises of the last 30 days with what the sensors recorded, one a page: each is a call of its own. */
export const exercises: DataType = {
  code: 'exercises',
  title: 'Exercises',
  produces: {
    metrics: ['training_load', 'heart_rate', 'heart_rate_max', 'speed', 'cadence', 'power'],
    records: ['workout'],
  },
  scopes: [],
  maxWindowDays: 30,
  source: { kind: 'pull', fetchPages, fetchRecord: fetchExercise },
  map: (payload, context) => {
    const entries = fieldOf(payload, 'entries');
    const named = Array.isArray(entries) ? entries.map((entry) => withUnderscores(entry)) : entries;
    return readList(named, ExercisePayload, (exercise) => toRecords(exercise, context));
  },
  deletionOf: (id) => [
    {
      kind: 'sample_deletion',
      metrics: ['heart_rate_max'],
      recordId: recordIdOf(id),
      near: { of: 'workout', externalId: id },
    },
    { kind: 'record_deletion', of: 'workout', externalId: id },
  ],
};

/** Not `workout:<id>`: that is what the values of a record are stored under. */
const recordIdOf = (id: string): string => `exercises:${id}`;

const page = (entries: readonly unknown[], next: string | undefined): RawPage => ({
  ...composedPage({ entries }),
  next,
});

/** The list is fetched once; the cursor is the id of the last exercise that was handed on. */
async function* fetchPages(
  context: FetchContext,
  window: TimeWindow,
  cursor: string | undefined,
): AsyncGenerator<RawPage> {
  const listed = entriesOf(await askPolar(context, PATH)).filter((entry) => isWithin(entry, window));
  const done = listed.findIndex((entry) => cursor !== undefined && idOf(entry) === cursor);
  const left = listed.slice(done + 1);
  if (left.length === 0) yield page([], undefined);
  for (const [index, entry] of left.entries()) {
    const id = idOf(entry);
    const whole = id === undefined ? undefined : await askForSamples(context, id);
    yield page([whole ?? entry], index + 1 < left.length ? id : undefined);
  }
}

/** What has no readable start is handed on, to be set aside by name. */
function isWithin(entry: unknown, window: TimeWindow): boolean {
  const start = fieldOf(withUnderscores(entry), 'start_time');
  if (typeof start !== 'string') return true;
  const { from, to } = datesOf(window);
  const date = start.slice(0, 10);
  return date >= from && date <= to;
}

function idOf(entry: unknown): string | undefined {
  const id = fieldOf(entry, 'id');
  return typeof id === 'string' || typeof id === 'number' ? String(id).slice(0, 256) : undefined;
}

const askForSamples = (context: FetchContext, id: string): Promise<unknown> =>
  askPolar(context, `${PATH}/${encodeURIComponent(id)}`, { samples: 'true' });

async function fetchExercise(context: FetchContext, id: string): Promise<RawPage | undefined> {
  const found = await askForSamples(context, id);
  return found === undefined ? undefined : page([found], undefined);
}

function toRecords(exercise: ExercisePayload, context: MapContext): readonly ProviderRecord[] | EntryFault {
  if (exercise.duration <= 0) return { fault: 'duration: not positive' };
  const offset = exercise.start_time_utc_offset ?? offsetOfWall(exercise.start_time, context);
  const startMs = (exercise.start_time - offset * MINUTE_MS) as EpochMs;
  const source: RecordSource = {
    device: { manufacturer: 'Polar', ...definedFields({ model: exercise.device }) },
  };
  const record: WorkoutRecord = {
    kind: 'workout',
    externalId: exercise.id,
    source,
    start: toIso(startMs),
    end: toIso((startMs + Math.round(exercise.duration * SECOND_MS)) as EpochMs),
    zoneOffsetMinutes: offset,
    ...workoutTypeOf(exercise),
    isManual: false,
    durationSec: exercise.duration,
    values: measured('training_load', positive(exercise.training_load_pro?.cardio_load), '{score}'),
    ...definedFields({
      distanceM: exercise.distance,
      energyKcal: exercise.calories,
      avgHeartRateBpm: unlessZero(exercise.heart_rate?.average),
      maxHeartRateBpm: unlessZero(exercise.heart_rate?.maximum),
      trainingLoad: positive(exercise.training_load_pro?.cardio_load),
    }),
  };
  const known = { source, zoneOffsetMinutes: offset };
  return [
    record,
    ...measured('heart_rate_max', record.maxHeartRateBpm, '/min').map((highest) => ({
      kind: 'sample' as const,
      ...highest,
      ...known,
      start: record.start,
      end: record.end,
      recordId: recordIdOf(exercise.id),
    })),
    ...seriesOf(exercise, startMs).map((reading) => ({ ...reading, ...known })),
  ];
}

/** A load below zero was not computed. */
const positive = (load: number | undefined): number | undefined =>
  load === undefined || load < 0 ? undefined : load;
