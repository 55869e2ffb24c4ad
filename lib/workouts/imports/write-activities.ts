import type { Activity, ActivityFile } from '../../activity-files/model.ts';
import type { DataOutcome, DataWriter } from '../../connections/syncs/data-writer.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { ProviderRecord, RecordKind, WorkoutTrack } from '../../providers/model.ts';
import type { UserScope } from '../../samples/model.ts';
import { cellsOf } from '../tracks/cells.ts';
import { trackOf } from '../tracks/track.ts';
import type { TrackStore } from '../tracks/track-store.ts';
import type { RecordRules } from '../writes/rules.ts';
import { MAX_SAMPLES_PER_GROUP } from './limits.ts';
import type { ImportedWorkout, ImportResult, SampleCounts } from './model.ts';
import { sampleOffsetOf, toSamples, toWorkoutRecord } from './to-records.ts';

export interface WriteActivitiesDependencies {
  readonly writer: Pick<DataWriter, 'write'>;
  readonly tracks: Pick<TrackStore, 'put'>;
  readonly recordIdOf: (provider: string, kind: RecordKind, externalId: string) => string;
  readonly normaliseRecord: RecordRules['normaliseRecord'];
}

export interface WriteContext {
  readonly importId: string;
  readonly provider: string;
  readonly correlationId: string;
  readonly nowMs: EpochMs;
  /** Samples without an offset are then put on their days by it. */
  readonly hasUserZone: boolean;
}

/**
 * Stores what a file holds: samples first, then tracks, and each workout last, so that a workout that can be seen has
 * all that is its own (ACT8); of one that the record store would refuse neither samples nor track are kept. The requests are named by the import and what they carry: after a crash anywhere a
 * repeat ends the same. Throws AppError user.not_found, ingest.upload_disabled, ingest.contention,
 * server.unavailable.
 */
export async function writeActivities(
  deps: WriteActivitiesDependencies,
  scope: UserScope,
  file: ActivityFile,
  context: WriteContext,
): Promise<ImportResult> {
  const wholes = new Set(file.activities.flatMap(({ parentExternalId }) => parentExternalId ?? []));
  const parts = file.activities.filter(({ externalId }) => !wholes.has(externalId));
  const samples = await writeSamples(deps, scope, parts, context);
  const workouts: ImportedWorkout[] = [];
  for (const activity of file.activities) {
    const isTaken = isTakable(deps, activity, context);
    const track = isTaken ? await writeTrack(deps.tracks, scope, activity, context.provider) : undefined;
    const record = toWorkoutRecord(activity, { track, isCut: file.damage !== undefined });
    const outcome = await write(deps, scope, [record], { ...context, part: `w${workouts.length}` });
    const id = deps.recordIdOf(context.provider, 'workout', activity.externalId);
    workouts.push(toImported(id, outcome));
  }
  const { damage, droppedCount } = file;
  return { status: 'done', workouts, samples, droppedCount, ...(damage === undefined ? {} : { damage }) };
}

/** Span and measures are such that the workout will be stored, whatever its zone. */
const isTakable = (
  { normaliseRecord }: WriteActivitiesDependencies,
  activity: Activity,
  { provider, nowMs }: WriteContext,
): boolean => {
  const record = toWorkoutRecord(activity, { track: undefined, isCut: false });
  return normaliseRecord(record, { provider, nowMs, timeZone: undefined }).ok;
};

async function writeSamples(
  deps: WriteActivitiesDependencies,
  scope: UserScope,
  activities: readonly Activity[],
  context: WriteContext,
): Promise<SampleCounts> {
  const counts = { accepted: 0, updated: 0, duplicate: 0, refused: 0 };
  // Those left out count too: a repeat, when a start no longer lies ahead, names the others as before.
  for (const [index, activity] of activities.entries()) {
    if (!isTakable(deps, activity, context)) continue;
    const samples = toSamples(activity, sampleOffsetOf(activity, context.hasUserZone));
    for (let from = 0; from < samples.length; from += MAX_SAMPLES_PER_GROUP) {
      const group = samples.slice(from, from + MAX_SAMPLES_PER_GROUP);
      const outcome = await write(deps, scope, group, { ...context, part: `s${index}.${from}` });
      for (const name of ['accepted', 'updated', 'duplicate', 'refused'] as const)
        counts[name] += outcome.counts[name];
    }
  }
  return counts;
}

const write = (
  { writer }: WriteActivitiesDependencies,
  scope: UserScope,
  records: readonly ProviderRecord[],
  { importId, provider, correlationId, nowMs, part }: WriteContext & { readonly part: string },
): Promise<DataOutcome> =>
  writer.write(scope, {
    groupKey: `${importId}.${part}`,
    provider,
    origin: 'import',
    correlationId,
    nowMs,
    records,
  });

async function writeTrack(
  tracks: WriteActivitiesDependencies['tracks'],
  scope: UserScope,
  { points }: Activity,
  provider: string,
): Promise<WorkoutTrack | undefined> {
  const track = trackOf(points);
  if (track === undefined) return undefined;
  const way = track.latitudes.map((latitude, index) => ({
    latitude,
    longitude: track.longitudes[index] ?? 0,
  }));
  const objectKey = await tracks.put(scope, provider, track);
  return { objectKey, pointCount: way.length, cells: cellsOf(way) };
}

function toImported(id: string, { counts, refused }: DataOutcome): ImportedWorkout {
  const [fault] = refused;
  if (fault !== undefined) return { id, outcome: 'refused', reason: fault.reason };
  return { id, outcome: counts.accepted > 0 ? 'created' : counts.updated > 0 ? 'updated' : 'unchanged' };
}
