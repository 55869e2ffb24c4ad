import { WORKOUT_TYPES } from '../../../contracts/records/workout-types.ts';
import { definedFields } from '../../core/defined-fields.ts';
import { DAY_MS, type EpochMs } from '../../core/instants.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { wayLengthM } from '../figures.ts';
import { externalIdOf } from '../identity.ts';
import type { Activity, ActivityFault, ActivityFile, ActivityPoint, DamagePolicy } from '../model.ts';
import { cleanPoints } from '../points.ts';
import { toFigures } from '../to-activity.ts';
import { wordToType } from '../words.ts';
import { beginningOf, offsetOf, parseInstant, parseNumber } from '../xml/parse-text.ts';
import { walkXml } from '../xml/walk-xml.ts';
import { GpxReader, type GpxTrack, type PointFields } from './gpx-reader.ts';

const MAX_NAME_CHARS = 100;

/**
 * The activities of a GPX file (GPX 1.1), one for each track with times, or why there are none. A GPX tells no distance:
 * it is the length of the way within the segments (ACT3). Damage as in `readFit`.
 */
export function readGpx(bytes: Uint8Array, onDamage: DamagePolicy): Result<ActivityFile, ActivityFault> {
  const reader = new GpxReader();
  const damage = walkXml(bytes, reader);
  if (damage !== undefined && onDamage !== 'keep') return fail({ code: 'activity.damaged', ...damage });
  if (reader.isFull())
    return fail({
      code: 'activity.too_large',
      reason: 'The file holds more points, segments or tracks than are taken.',
    });
  const read = reader.tracks.flatMap((track) => activityOf(track, reader.creator) ?? []);
  if (read.length === 0) return fail(damage === undefined ? NONE : { code: 'activity.damaged', ...damage });
  return ok({
    format: 'gpx',
    activities: read.map(({ activity }) => activity),
    droppedCount: read.reduce((sum, each) => sum + each.droppedCount, 0),
    ...(damage === undefined ? {} : { damage }),
  });
}

const NONE: ActivityFault = {
  code: 'activity.none',
  reason: 'The file is whole and holds no track with times: it may be a route or a set of places.',
};

function activityOf(
  track: GpxTrack,
  creator: string | undefined,
): { readonly activity: Activity; readonly droppedCount: number } | undefined {
  const type = wordToType(track.type ?? '');
  const factor = WORKOUT_TYPES[type] === 'running' || WORKOUT_TYPES[type] === 'walking' ? 2 : 1;
  const segments = track.segments.map((points) => points.flatMap((fields) => pointOf(fields, factor) ?? []));
  const startMs = startOf(segments);
  if (startMs === undefined) return undefined;
  const clean = cleanPoints(segments.flat(), startMs);
  const endMs = clean.points.at(-1)?.timeMs ?? startMs;
  const activity = {
    externalId: externalIdOf('gpx', [startMs, track.name, track.type]),
    type,
    providerType: (track.type ?? 'track').slice(0, MAX_NAME_CHARS),
    startMs,
    endMs,
    source: creator === undefined || creator === '' ? {} : { app: creator.slice(0, MAX_NAME_CHARS) },
    laps: [],
    points: clean.points,
    ...definedFields({
      title: beginningOf(track.name, MAX_NAME_CHARS),
      zoneOffsetMinutes: offsetOf(track.segments[0]?.[0]?.get('time')),
    }),
    ...toFigures({ startMs, endMs }, withinSegments(segments, startMs), clean.points),
  };
  return { activity, droppedCount: clean.droppedCount };
}

/** No recording pauses for a year: between such times a clock was set, as receivers do that were 1,024 weeks off. */
const CLOCK_WAS_SET_MS = 366 * DAY_MS;

/** The first time of those that belong together; of several such runs, of the one with most points. */
const startOf = (segments: readonly (readonly ActivityPoint[])[]): EpochMs | undefined => {
  const times = segments.flatMap((points) => points.map(({ timeMs }) => timeMs));
  let best: { readonly startMs: EpochMs; readonly count: number } | undefined;
  let from = 0;
  times.sort((left, right) => left - right);
  times.forEach((timeMs, index) => {
    const nextMs = times[index + 1] ?? Number.POSITIVE_INFINITY;
    if (nextMs - timeMs <= CLOCK_WAS_SET_MS) return;
    const count = index + 1 - from;
    if (best === undefined || count > best.count) best = { startMs: times[from] ?? timeMs, count };
    from = index + 1;
  });
  return best?.startMs;
};

/** Between segments the recording was off: neither way nor time of it counts as moved. */
function withinSegments(segments: readonly (readonly ActivityPoint[])[], startMs: EpochMs) {
  let distanceM: number | undefined;
  let movingMs = 0;
  for (const segment of segments) {
    const { points } = cleanPoints(segment, startMs);
    const lengthM = wayLengthM(points);
    if (lengthM !== undefined) distanceM = (distanceM ?? 0) + lengthM;
    movingMs += (points.at(-1)?.timeMs ?? 0) - (points[0]?.timeMs ?? 0);
  }
  return {
    distanceM: distanceM === undefined ? undefined : Math.round(distanceM * 100) / 100,
    movingSec: segments.length > 1 && movingMs > 0 ? movingMs / 1_000 : undefined,
  };
}

function pointOf(fields: PointFields, factor: 1 | 2): ActivityPoint | undefined {
  const timeMs = parseInstant(fields.get('time'));
  if (timeMs === undefined) return undefined;
  const cadence = parseNumber(fields.get('cad'));
  return definedFields({
    timeMs,
    latitude: parseNumber(fields.get('lat')),
    longitude: parseNumber(fields.get('lon')),
    altitudeM: parseNumber(fields.get('ele')),
    heartRateBpm: parseNumber(fields.get('hr')),
    cadencePerMin: cadence === undefined ? undefined : cadence * factor,
    powerW: parseNumber(fields.get('power') ?? fields.get('PowerInWatts')),
    speedMps: parseNumber(fields.get('speed')),
  });
}
