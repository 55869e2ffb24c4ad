import { definedFields } from '../../core/defined-fields.ts';
import { type EpochMs, SECOND_MS, toIso } from '../../core/instants.ts';
import { composedPage } from '../composed-page.ts';
import type { DataType, FetchContext, MapContext, RawPage } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type {
  MappedPage,
  ProviderRecord,
  RecordSource,
  SampleRecord,
  TimeWindow,
  WorkoutRecord,
} from '../model.ts';
import { joinPages, readList } from '../read-list.ts';
import { fetchActivity, pagesOfActivity } from './activity-calls.ts';
import { type Listed, listActivities, parseMark } from './listed-activities.ts';
import { ActivityPayload, StreamsPayload } from './payloads.ts';
import { cadenceFactorOf, workoutTypeOf } from './sport-types.ts';
import { STREAM_METRICS, streamSamples } from './streams.ts';

/** Of each activity over its time. */
const METRICS = ['distance', 'elevation_gain', 'heart_rate_max', 'training_load'] as const;

/** An activity in full, its totals as readings over its time, and its streams. */
export const activities: DataType = {
  code: 'activity',
  title: 'Activities',
  produces: { metrics: [...METRICS, ...STREAM_METRICS], records: ['workout'] },
  scopes: ['activity:read', 'activity:read_all'],
  maxWindowDays: 366,
  source: { kind: 'pull', fetchPages: activityPages, fetchRecord },
  map: mapActivity,
  deletionOf: (id) => [
    {
      kind: 'sample_deletion',
      metrics: METRICS,
      recordId: recordIdOf(id),
      near: { of: 'workout', externalId: id },
    },
    { kind: 'record_deletion', of: 'workout', externalId: id, series: STREAM_METRICS },
  ],
};

const recordIdOf = (id: string): string => `activity:${id}`;

/**
 * One activity ahead, so that the last page knows that it is the last. When looking ahead fails, the activity at
 * hand is handed on first.
 */
async function* activityPages(
  context: FetchContext,
  window: TimeWindow,
  cursor: string | undefined,
): AsyncGenerator<RawPage> {
  const listing = listActivities(context, window, parseMark(cursor));
  let before = cursor ?? '{}';
  let current = await listing.next();
  while (!current.done) {
    const { value } = current;
    const behind = value.mark === undefined ? before : JSON.stringify(value.mark);
    const ahead = await settle(listing.next());
    const isLast = 'answer' in ahead && ahead.answer.done === true;
    yield* pagesOfListed(context, value, isLast ? undefined : behind, before);
    if ('error' in ahead) throw ahead.error;
    before = behind;
    current = ahead.answer;
  }
}

const settle = async <Answer>(
  call: Promise<Answer>,
): Promise<{ readonly answer: Answer } | { readonly error: unknown }> => {
  try {
    return { answer: await call };
  } catch (error) {
    return { error };
  }
};

async function* pagesOfListed(
  context: FetchContext,
  { id, entry }: Listed,
  next: string | undefined,
  current: string,
): AsyncGenerator<RawPage> {
  if (id === undefined) {
    yield { ...composedPage({ activity: entry, from: 0 }), next };
    return;
  }
  const found = await fetchActivity(context, id);
  if (found !== undefined) yield* pagesOfActivity(found, next, current);
}

async function fetchRecord(context: FetchContext, id: string): Promise<RawPage | undefined> {
  const found = await fetchActivity(context, id);
  return found === undefined ? undefined : { ...composedPage({ ...found, from: 0 }), next: undefined };
}

function mapActivity(payload: unknown, _context: MapContext): MappedPage {
  const told = fieldOf(payload, 'activity');
  const activity = ActivityPayload.safeParse(told);
  const isFirst = fieldOf(payload, 'from') === 0;
  const activityPage = readList(isFirst || !activity.success ? [told] : [], ActivityPayload, recordsOf);
  const streams = fieldOf(payload, 'streams');
  if (!activity.success || streams === undefined || streams === null) return activityPage;
  const streamPage = readList([streams], StreamsPayload, (read) =>
    streamSamples(read, activity.data, sourceOf(activity.data)),
  );
  return joinPages([activityPage, streamPage]);
}

const recordsOf = (activity: ActivityPayload): readonly ProviderRecord[] => [
  toRecord(activity),
  ...totalsOf(activity),
];

/** The recording device by its own name; none for what was entered by hand. */
const sourceOf = ({ manual, device_name }: ActivityPayload): RecordSource =>
  manual === true || device_name === undefined ? {} : { device: { model: device_name } };

const endOf = ({ start_date, elapsed_time }: ActivityPayload): string =>
  toIso((start_date + elapsed_time * SECOND_MS) as EpochMs);

function toRecord(activity: ActivityPayload): WorkoutRecord {
  const sport = activity.sport_type ?? activity.type ?? 'unknown';
  const { average_cadence } = activity;
  return {
    kind: 'workout',
    externalId: activity.id,
    source: sourceOf(activity),
    start: toIso(activity.start_date),
    end: endOf(activity),
    type: workoutTypeOf(sport),
    providerType: sport,
    isManual: activity.manual === true,
    durationSec: activity.elapsed_time,
    values: [],
    ...definedFields({
      zoneOffsetMinutes: activity.utc_offset,
      title: activity.name,
      movingSec: activity.moving_time,
      distanceM: activity.distance,
      energyKcal: unlessZero(activity.calories),
      avgHeartRateBpm: unlessZero(activity.average_heartrate),
      maxHeartRateBpm: unlessZero(activity.max_heartrate),
      elevationGainM: activity.total_elevation_gain,
      avgSpeedMps: activity.average_speed,
      avgCadencePerMin: average_cadence === undefined ? undefined : average_cadence * cadenceFactorOf(sport),
      avgPowerW: activity.average_watts,
      trainingLoad: activity.suffer_score,
    }),
  };
}

function totalsOf(activity: ActivityPayload): readonly SampleRecord[] {
  const values = [
    ...measured('distance', activity.distance, 'm'),
    ...measured('elevation_gain', activity.total_elevation_gain, 'm'),
    ...measured('heart_rate_max', unlessZero(activity.max_heartrate), '/min'),
    ...measured('training_load', activity.suffer_score, '{score}'),
  ];
  return values.map((value) => ({
    kind: 'sample',
    ...value,
    source: sourceOf(activity),
    start: toIso(activity.start_date),
    end: endOf(activity),
    recordId: recordIdOf(activity.id),
    ...definedFields({ zoneOffsetMinutes: activity.utc_offset }),
  }));
}
