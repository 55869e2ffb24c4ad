import * as z from 'zod';
import type { Operation } from '../../http/routes.ts';
import { ListNightsAnswer, ListNightsQuery, NightDetail } from '../../http/sleep.ts';
import { ETagHeader, EXAMPLE_IDS, NOT_MODIFIED, type OperationDoc } from '../operation-doc.ts';

const SOURCE = { provider: 'oura', device: { manufacturer: 'Oura', type: 'ring' } } as const;
const NAP = {
  start: '2026-11-21T13:10:00.000Z',
  end: '2026-11-21T13:40:00.000Z',
  totalSleepMin: 27,
  remMin: null,
  deepMin: null,
  lightMin: null,
  awakeMin: null,
  unspecifiedMin: 27,
  zoneOffsetMinutes: 60,
  source: SOURCE,
} as const;
const NIGHT = {
  date: '2026-11-21',
  eveningDate: '2026-11-20',
  status: 'READY',
  sourceSeq: 31,
  computedAt: '2026-11-21T06:20:00.000Z',
  computeVersion: 2,
  sleepStart: '2026-11-20T22:20:00.000Z',
  sleepEnd: '2026-11-21T05:55:00.000Z',
  inBedStart: '2026-11-20T22:10:00.000Z',
  inBedEnd: '2026-11-21T06:02:00.000Z',
  totalSleepMin: 431,
  remMin: 102,
  deepMin: 88,
  lightMin: 241,
  awakeMin: 41,
  unspecifiedMin: null,
  inBedMin: 472,
  latencyMin: 10,
  wakeCount: 3,
  efficiencyPct: 91.31,
  coverage: 1,
  hoursSinceSession: 3.5,
  zoneOffsetMinutes: 60,
  source: SOURCE,
  sources: [{ ...SOURCE, sourceId: EXAMPLE_IDS.source, isUsed: true }],
} as const;

const NightHeaders = ETagHeader.extend({
  'x-min-seq': z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .meta({ description: 'Waits up to 2 s for this sequence number, to read your own write' }),
});

/** Nights and naps, whatever they came in as. */
export const SLEEP_OPERATIONS = {
  listNights: {
    group: 'Reading',
    summary: 'Nights and naps, each once',
    description:
      "The main sleep of each date of waking up, from stages, sessions and imports of all sources, as the first source by priority tells it that tells enough. A date without sleep is there as NO_DATA, its figures null. Naps never add to the night. `X-Seq` of the answer is the sequence number as it was read; `Server-Timing` tells the Queries. Sleep belongs to the wearer's own clock: a night lasts from 18:00 to 18:00.",
    query: ListNightsQuery,
    headers: NightHeaders,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'One entry for each date',
        schema: ListNightsAnswer,
        example: { nights: [{ ...NIGHT, naps: [NAP] }], nextCursor: null },
      },
    },
    problems: ['request.invalid', 'read.metric_blocked', 'read.range_too_large'],
  },
  getNight: {
    group: 'Reading',
    summary: 'One night with its stages',
    description:
      'Computed from what is stored now, with the stages as segments for a hypnogram, and for each source what of it counts, what was set aside and why.',
    headers: ETagHeader,
    answers: {
      ...NOT_MODIFIED,
      200: {
        description: 'The night',
        schema: NightDetail,
        example: {
          ...NIGHT,
          naps: [{ ...NAP, stages: [] }],
          stages: [
            { stage: 'light', start: '2026-11-20T22:20:00.000Z', end: '2026-11-20T22:55:00.000Z' },
            { stage: 'deep', start: '2026-11-20T22:55:00.000Z', end: '2026-11-20T23:40:00.000Z' },
          ],
          explain: [
            {
              sourceId: EXAMPLE_IDS.source,
              used: [{ as: 'night', start: '2026-11-20T22:10:00.000Z', end: '2026-11-21T06:02:00.000Z' }],
              setAside: [],
            },
          ],
        },
      },
    },
    problems: ['request.invalid', 'read.metric_blocked'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
