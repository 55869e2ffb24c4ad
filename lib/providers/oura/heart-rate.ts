import { definedFields } from '../../core/defined-fields.ts';
import { toIso } from '../../core/instants.ts';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import type { MappedPage } from '../model.ts';
import { readList } from '../read-list.ts';
import { readingPages } from './collections.ts';
import { clockOf } from './night-offsets.ts';
import { HeartRatePayload } from './payloads.ts';
import { RING } from './ring.ts';

/** Readings of some five minutes, day and night. Never notified; without ids, so known by their times. On the clock of the nights around. */
export const heartRate: DataType = {
  code: 'heartrate',
  title: 'Heart rate',
  produces: { metrics: ['heart_rate'], records: [] },
  scopes: ['heartrate'],
  maxWindowDays: 30,
  source: {
    kind: 'pull',
    fetchPages: (context, window, cursor) => readingPages(context, 'heartrate', { window, cursor }),
  },
  map: mapHeartRate,
};

function mapHeartRate(payload: unknown, _context: MapContext): MappedPage {
  const clock = clockOf(fieldOf(payload, 'bedtimes'));
  return readList(fieldOf(payload, 'data'), HeartRatePayload, ({ bpm, timestamp }) =>
    bpm <= 0
      ? []
      : [
          {
            kind: 'sample' as const,
            source: RING,
            metric: 'heart_rate',
            start: toIso(timestamp),
            ...definedFields({ zoneOffsetMinutes: clock.at(timestamp) }),
            value: bpm,
            unit: '/min',
          },
        ],
  );
}
