import { WORKOUT_TYPES } from '../../../contracts/records/workout-types.ts';
import type { RecordKind, WorkoutRecord } from '../../providers/model.ts';
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
  const named = { provider, ...body.source };
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
    parentId:
      parentExternalId === undefined ? undefined : names.recordIdOf(provider, 'workout', parentExternalId),
    cells: body.track?.cells,
    richness: richnessOf(body),
    record,
    body,
  };
}

function richnessOf(body: Omit<WorkoutRecord, 'values'>): number {
  const measureCount = Object.values(body).filter((value) => typeof value === 'number').length;
  const hasLaps = (body.laps?.length ?? 0) > 1;
  return measureCount + (hasLaps ? LAPS_RICHNESS : 0) + (body.track === undefined ? 0 : TRACK_RICHNESS);
}
