import { WORKOUT_TYPES } from '../../../contracts/records/workout-types.ts';
import { definedFields } from '../../core/defined-fields.ts';
import type { RecordKind, RecordSource, WorkoutRecord } from '../../providers/model.ts';
import type { StoredRecord } from '../../records/model.ts';
import type { Source, SourceId } from '../../samples/model.ts';
import type { Workout } from '../model.ts';

/** How ids come about elsewhere: of sources as the ingest makes them, of records as their writers do. */
export interface WorkoutNames {
  sourceIdOf(source: Omit<Source, 'sourceId'>): SourceId;
  recordIdOf(provider: string, kind: RecordKind, externalId: string): string;
}

/** A track is worth more than any one measure: nothing else says where a person was. */
const TRACK_RICHNESS = 5;
const LAPS_RICHNESS = 2;

/** Undefined for a record of the other kind. */
export function toWorkout(names: WorkoutNames, record: StoredRecord): Workout | undefined {
  const { body, provider } = record;
  if (body.kind !== 'workout') return undefined;
  const named = { provider, ...namedSource(body.source) };
  const { parentExternalId } = body;
  return {
    id: record.recordId,
    provider,
    externalId: body.externalId,
    source: { sourceId: names.sourceIdOf(named), ...named },
    startMs: record.startMs,
    endMs: record.endMs,
    type: body.type,
    family: WORKOUT_TYPES[body.type],
    durationSec: body.durationSec,
    distanceM: body.distanceM === 0 ? undefined : body.distanceM,
    // None is a part of itself.
    parentId:
      parentExternalId === undefined || parentExternalId === body.externalId
        ? undefined
        : names.recordIdOf(provider, 'workout', parentExternalId),
    cells: body.track?.cells,
    richness: richnessOf(body),
    record,
    body,
  };
}

/** As the ingest takes it: fields without a name are none, and a device without fields is none. */
function namedSource({ device, app }: RecordSource): RecordSource {
  const { manufacturer, model, type } = device ?? {};
  const known = definedFields({ manufacturer: manufacturer || undefined, model: model || undefined, type });
  return {
    ...(Object.keys(known).length === 0 ? {} : { device: known }),
    ...(app === undefined || app === '' ? {} : { app }),
  };
}

const MEASURES = [
  'movingSec',
  'distanceM',
  'energyKcal',
  'avgHeartRateBpm',
  'maxHeartRateBpm',
  'elevationGainM',
  'avgSpeedMps',
  'avgCadencePerMin',
  'avgPowerW',
  'stepCount',
  'strain',
  'trainingLoad',
] as const satisfies readonly (keyof WorkoutRecord)[];

/** A measure of 0 is what is told by devices that do not measure it. */
function richnessOf(body: Omit<WorkoutRecord, 'values'>): number {
  const measureCount = MEASURES.filter((measure) => (body[measure] ?? 0) > 0).length;
  const hasLaps = (body.laps?.length ?? 0) > 1;
  return measureCount + (hasLaps ? LAPS_RICHNESS : 0) + (body.track === undefined ? 0 : TRACK_RICHNESS);
}
