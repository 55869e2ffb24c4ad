import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BAD_INPUTS } from '../../contracts/description/bad-input.ts';
import { INGEST_OPERATIONS } from '../../contracts/description/operations/ingest.ts';
import { IngestSamplesRequest, SampleInput } from '../../contracts/http/ingest-samples.ts';
import { METRICS } from '../../contracts/metrics/catalog.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import { AppError } from '../../lib/problems/app-error.ts';
import { normaliseSample } from '../../lib/samples/normalise-sample.ts';
import { parseIngestRequest } from '../../lib/samples/parse-request.ts';
import { UserZone } from '../../lib/samples/resolve-time.ts';

/**
 * The door checks batches by hand, for speed; the contract says the same in zod, for people. These tests
 * keep the two from drifting: what the contract takes the door takes, and both refuse the bad inputs.
 */
const nowMs = 1_795_284_000_000 as EpochMs;
const door = (zone?: string) => ({ nowMs, zone: new UserZone(zone) });
const reasonOf = (raw: Record<string, unknown>, zone?: string): string => {
  const normalised = normaliseSample(raw, 0, door(zone));
  return 'refusal' in normalised ? normalised.refusal.reason : 'taken';
};

const sample = {
  source: 'a',
  metric: 'heart_rate',
  start: '2026-11-20T13:00:00-05:00',
  value: 61,
  unit: 'bpm',
};

/** A value in the middle of the metric's bounds, as somebody would send it in `unit`. */
function middleIn(metric: Metric, unit: string): number {
  const { numerator = 1, denominator = 1, offset = 0 } = metric.acceptedUnits[unit] ?? {};
  return (((metric.bounds.min + metric.bounds.max) / 2 - offset) * denominator) / numerator;
}

const QUANTITIES = [...METRICS.values()].filter(
  (metric) => metric.acceptedAsSample && metric.categories === undefined,
);

describe('samples', () => {
  test('ING9 every accepted unit of every metric is taken at the door, as the contract says', () => {
    for (const metric of QUANTITIES) {
      for (const unit of Object.keys(metric.acceptedUnits)) {
        const sent = { ...sample, metric: metric.code, value: middleIn(metric, unit), unit };
        expect([metric.code, unit, SampleInput.safeParse(sent).success]).toEqual([metric.code, unit, true]);
        expect([metric.code, unit, reasonOf(sent)]).toEqual([metric.code, unit, 'taken']);
      }
    }
  });

  test('ING7 every time, revision, offset and record id that the contract takes the door takes', () => {
    const twoDigits = (min: number, max: number) =>
      fc.integer({ min, max }).map((number) => String(number).padStart(2, '0'));
    const offset = fc.oneof(
      fc.constantFrom('', 'Z'),
      fc
        .tuple(fc.constantFrom('+', '-'), twoDigits(0, 17), twoDigits(0, 59))
        .map(([sign, hour, minute]) => `${sign}${hour}:${minute}`),
    );
    const time = fc
      .tuple(
        twoDigits(1, 28),
        twoDigits(0, 23),
        twoDigits(0, 59),
        fc.constantFrom(':07', ':07.5', ':07.123456789'),
        offset,
      )
      .map(([day, hour, minute, second, zone]) => `2026-10-${day}T${hour}:${minute}${second}${zone}`);
    const optional = fc.record(
      {
        zoneOffsetMinutes: fc.integer({ min: -1080, max: 1080 }),
        recordId: fc.string({ minLength: 1, maxLength: 256 }),
        revision: fc.oneof(fc.maxSafeInteger(), fc.constant('2026-10-01T00:00:00.5+02:00')),
        unknownHere: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(time, optional, (start, more) => {
        const sent = { ...sample, start, ...more };
        expect(SampleInput.safeParse(sent).success).toBe(true);
        expect(reasonOf(sent, 'America/New_York')).toBe('taken');
      }),
      { seed: 17, numRuns: 500 },
    );
  });

  const SENT: readonly (readonly [reason: string, sent: Record<string, unknown>])[] = [
    ['unknown_metric', { ...sample, metric: 'mood' }],
    ['unknown_metric', { ...sample, metric: 'workout' }],
    ['unknown_unit', { ...sample, unit: 'kcal' }],
    ['wrong_type', { ...sample, value: '61' }],
    ['wrong_type', { ...sample, value: null }],
    ['wrong_type', { ...sample, value: undefined }],
    ['out_of_bounds', { ...sample, value: 1e308 }],
    ['out_of_bounds', { ...sample, value: Number.POSITIVE_INFINITY }],
    ['bad_interval', { ...sample, end: '2026-11-20T12:59:59-05:00' }],
    ['bad_interval', { ...sample, end: '2026-11-21T12:59:59-05:00' }],
    ['bad_time', { ...sample, start: '2026-02-30T13:00:00Z' }],
    ['bad_time', { ...sample, start: 'yesterday' }],
    ['start_out_of_range', { ...sample, start: '1999-12-31T23:59:59+00:00' }],
    ['start_out_of_range', { ...sample, start: '2027-01-01T00:00:00-05:00' }],
    ['category_unknown', { ...sample, metric: 'sleep_stage', category: 'dreaming' }],
    ['zone_required', { ...sample, start: '2026-11-20T13:00:00Z' }],
    ['zone_required', { ...sample, start: '2026-11-20T13:00:00' }],
  ];
  test.each(SENT)('ING7 %s: %j', (reason, sent) => {
    expect(reasonOf(sent)).toBe(reason);
    const documented = BAD_INPUTS.flatMap(({ rows }) => rows).map(({ outcome }) => outcome);
    expect(documented).toContainEqual({ kind: 'refused', reason });
  });
});

describe('envelopes', () => {
  const envelope = INGEST_OPERATIONS.ingestSamples.body.example;
  const codeOf = (value: unknown): string => {
    try {
      parseIngestRequest(value);
      return 'taken';
    } catch (error) {
      return error instanceof AppError ? error.code : String(error);
    }
  };
  const manySources = Object.fromEntries(
    Array.from({ length: 51 }, (_, index) => [`s${index}`, { provider: 'garmin' }]),
  );

  test.each([
    ['the documented example', envelope],
    ['an unknown field', { ...envelope, addedLater: true }],
    ['no origin', { ...envelope, origin: undefined }],
    [
      'a deletion by record id and range without a source',
      { ...envelope, deletions: [{ metric: 'steps', recordId: 'x' }] },
    ],
  ])('ING7 both take %s', (_title, value) => {
    expect(IngestSamplesRequest.safeParse(value).error).toBeUndefined();
    expect(codeOf(value)).toBe('taken');
  });

  test.each([
    ['an array', []],
    ['null', null],
    ['no samples', { ...envelope, samples: undefined }],
    ['samples that are no list', { ...envelope, samples: {} }],
    ['no sources', { ...envelope, sources: undefined }],
    ['a source without a provider', { ...envelope, sources: { watch: {} } }],
    [
      'a device of an unknown type',
      { ...envelope, sources: { watch: { provider: 'x', device: { type: 'toe' } } } },
    ],
    ['51 sources', { ...envelope, sources: { ...manySources } }],
    ['a request id with a slash', { ...envelope, requestId: 'a/b' }],
    ['a request id of 129 characters', { ...envelope, requestId: 'x'.repeat(129) }],
    ['an unknown origin', { ...envelope, origin: 'dream' }],
    ['a hash that is none', { ...envelope, payloadHash: 'abc' }],
  ])('ING7 both refuse %s', (_title, value) => {
    expect(IngestSamplesRequest.safeParse(value).success).toBe(false);
    expect(codeOf(value)).toBe('request.invalid');
  });

  test('ING8 the table of bad input names what the door answers beyond the shape', () => {
    const [first] = envelope.samples;
    expect(codeOf({ ...envelope, samples: Array.from({ length: 10_001 }, () => first) })).toBe(
      'request.too_many_items',
    );
    expect(codeOf({ ...envelope, samples: [{ ...first, source: 'phone' }] })).toBe('ingest.unknown_source');
    expect(codeOf({ ...envelope, payloadHash: '0'.repeat(64) })).toBe('ingest.hash_mismatch');
  });
});
