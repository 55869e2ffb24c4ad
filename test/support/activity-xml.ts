import { WORKOUT_TYPES } from '../../contracts/records/workout-types.ts';
import type { Activity, ActivityPoint } from '../../lib/activity-files/model.ts';
import { toIso } from '../../lib/core/instants.ts';

/** An activity as a device or service would write it as TCX; cadence of one foot, as the format has it. */
export function toTcx(activity: Activity): string {
  const sport = { running: 'Running', cycling: 'Biking' }[String(WORKOUT_TYPES[activity.type])] ?? 'Other';
  const laps = activity.laps.map((lap, index) => {
    const nextStart = activity.laps[index + 1]?.start;
    const points = activity.points.filter(({ timeMs }) => {
      const time = toIso(timeMs);
      return (index === 0 || time >= lap.start) && (nextStart === undefined || time < nextStart);
    });
    return `<Lap StartTime="${lap.start}"><TotalTimeSeconds>${lap.movingSec}</TotalTimeSeconds>${optional('DistanceMeters', lap.distanceM)}<Calories>${lap.energyKcal ?? 0}</Calories>${value('AverageHeartRateBpm', lap.avgHeartRateBpm)}${value('MaximumHeartRateBpm', lap.maxHeartRateBpm)}<Intensity>Active</Intensity><TriggerMethod>Manual</TriggerMethod><Track>${points.map((point) => tcxPoint(point, footOf(activity))).join('')}</Track></Lap>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2" xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2"><Activities><Activity Sport="${sport}"><Id>${toIso(activity.startMs)}</Id>${laps.join('\n')}<Creator><Name>${activity.source.device?.model ?? 'Watch'}</Name></Creator></Activity></Activities></TrainingCenterDatabase>`;
}

/** The same as GPX with Garmin's extension for points: no distance, no laps, no sums. */
export function toGpx(activity: Activity): string {
  const points = activity.points
    .filter(({ latitude }) => latitude !== undefined)
    .map(
      (point) =>
        `<trkpt lat="${point.latitude}" lon="${point.longitude}">${optional('ele', point.altitudeM)}<time>${toIso(point.timeMs)}</time><extensions><gpxtpx:TrackPointExtension>${optional('gpxtpx:hr', point.heartRateBpm)}${optional('gpxtpx:cad', cadenceOf(point, footOf(activity)))}</gpxtpx:TrackPointExtension></extensions></trkpt>`,
    );
  return `<?xml version="1.0" encoding="UTF-8"?>
<gpx creator="Converter" version="1.1" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"><metadata><time>${toIso(activity.startMs)}</time></metadata><trk><name>Round the lake</name><type>${activity.type}</type><trkseg>${points.join('\n')}</trkseg></trk></gpx>`;
}

const footOf = ({ type }: Activity): 1 | 2 => (['running', 'walking'].includes(WORKOUT_TYPES[type]) ? 2 : 1);

const cadenceOf = ({ cadencePerMin }: ActivityPoint, feet: 1 | 2): number | undefined =>
  cadencePerMin === undefined ? undefined : cadencePerMin / feet;

function tcxPoint(point: ActivityPoint, feet: 1 | 2): string {
  const place =
    point.latitude === undefined
      ? ''
      : `<Position><LatitudeDegrees>${point.latitude}</LatitudeDegrees><LongitudeDegrees>${point.longitude}</LongitudeDegrees></Position>`;
  return `<Trackpoint><Time>${toIso(point.timeMs)}</Time>${place}${optional('AltitudeMeters', point.altitudeM)}${optional('DistanceMeters', point.distanceM)}${value('HeartRateBpm', point.heartRateBpm)}${optional('Cadence', cadenceOf(point, feet))}<Extensions><ns3:TPX>${optional('ns3:Speed', point.speedMps)}${optional('ns3:Watts', point.powerW)}</ns3:TPX></Extensions></Trackpoint>`;
}

const optional = (name: string, text: number | undefined): string =>
  text === undefined ? '' : `<${name}>${text}</${name}>`;

const value = (name: string, text: number | undefined): string =>
  text === undefined ? '' : `<${name}><Value>${Math.round(text)}</Value></${name}>`;
