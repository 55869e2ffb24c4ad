import { describe, expect, test } from 'vitest';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  START_MS,
  seededRandomness,
} from '../../../test/contract-suites/store-fixtures.ts';
import { memoryPayloads } from '../../../test/support/memory-payloads.ts';
import type { DataGroup } from '../../connections/syncs/data-writer.ts';
import type { EpochMs } from '../../core/instants.ts';
import { silentMeter } from '../../observability/metrics.ts';
import type { ProviderRecord, SampleRecord, SleepRecord, WorkoutRecord } from '../../providers/model.ts';
import { decodeSamples, encodeSamples } from '../../samples/block-codec.ts';
import { createRecordStore } from '../dynamo/record-store.ts';
import { createDataWriter } from './data-writer.ts';

const RING = { device: { manufacturer: 'Oura', type: 'ring' as const } };
const NIGHT: SleepRecord = {
  kind: 'sleep',
  externalId: 'night-1',
  revision: 1,
  source: RING,
  start: '2026-11-19T22:00:00Z',
  end: '2026-11-20T06:00:00Z',
  zoneOffsetMinutes: 60,
  date: '2026-11-20',
  isNap: false,
  isFinal: true,
  stages: [
    { stage: 'deep', start: '2026-11-19T23:00:00Z', end: '2026-11-20T00:00:00Z' },
    { stage: 'light', start: '2026-11-19T22:00:00Z', end: '2026-11-19T23:00:00Z' },
  ],
  totals: { asleepMin: 420 },
  values: [
    { metric: 'sleep_duration', value: 420, unit: 'min' },
    { metric: 'sleep_score', value: 81, unit: '{score}' },
  ],
};
const RIDE: WorkoutRecord = {
  kind: 'workout',
  externalId: 'ride-1',
  source: {},
  start: '2026-11-20T16:00:00Z',
  end: '2026-11-20T17:00:00Z',
  type: 'cycling',
  providerType: 'Ride',
  isManual: false,
  durationSec: 3_600,
  distanceM: 25_000,
  values: [],
};
const steps = (minute: number, value: number): SampleRecord => ({
  kind: 'sample',
  source: RING,
  metric: 'steps',
  start: `2026-11-20T10:${String(minute).padStart(2, '0')}:00Z`,
  end: `2026-11-20T10:${String(minute + 1).padStart(2, '0')}:00Z`,
  zoneOffsetMinutes: 60,
  value,
  unit: 'count',
});

async function open() {
  const storage = await openSimulatedStorage();
  const clock = manualClock();
  const stores = createStores(storage, clock);
  const scope = await stores.createUser();
  const randomness = seededRandomness(11);
  const store = createRecordStore({
    dynamo: storage.dynamo,
    coreTable: storage.tables.core,
    dataKeys: stores.vault,
    clock,
    randomness,
  });
  const heads = stores.headStore;
  const samples = {
    store: stores.samples,
    reader: stores.blocks,
    payloads: memoryPayloads(),
    clock,
    randomness,
    meter: silentMeter,
  };
  const writer = createDataWriter({
    // No provider tells of ways: files do.
    tracks: { removeAll: async () => {} },
    samples,
    records: { store, heads, clock, randomness },
    heads,
    erase: {
      store: stores.samples,
      reader: stores.blocks,
      heads,
      clock,
      randomness,
      emptyPayload: encodeSamples([]),
    },
    decode: decodeSamples,
  });
  const groupOf = (records: readonly ProviderRecord[], parts: Partial<DataGroup> = {}): DataGroup => ({
    groupKey: 'syn_1.sleep.1',
    provider: 'oura',
    origin: 'live',
    correlationId: 'corr',
    nowMs: START_MS,
    records,
    ...parts,
  });
  const write = (records: readonly ProviderRecord[], parts: Partial<DataGroup> = {}) =>
    writer.write(scope, groupOf(records, parts));
  const range = { fromMs: 0 as EpochMs, toMs: (START_MS + 1) as EpochMs, after: undefined, limit: 10 };
  const list = (kind: 'sleep' | 'workout') => store.list(scope, kind, range);
  const window = { fromMs: (START_MS - 10 * 86_400_000) as EpochMs, toMs: START_MS };
  const stored = async (metric: string) =>
    (await writer.listStored(scope, 'oura', [metric], window)).map(({ startMs }) =>
      new Date(startMs).toISOString(),
    );
  const seqNow = async () => (await heads.load(scope))?.seq;
  const counts = async (records: readonly ProviderRecord[], parts?: Partial<DataGroup>) =>
    (await write(records, parts)).counts;
  return { writer, write, counts, list, stored, seqNow, heads, scope, groupOf, stores };
}

const NONE = { accepted: 0, updated: 0, duplicate: 0, deleted: 0, refused: 0 };
const MIDNIGHT = '2026-11-19T23:00:00.000Z';

describe('what a page comes to', () => {
  test('REC1 REC7 samples, nights and workouts of one group are stored once, whatever is repeated', async () => {
    const { counts, list, stored, seqNow } = await open();
    const group = [steps(1, 10), NIGHT, RIDE, steps(2, 12)];
    expect(await counts(group)).toEqual({ ...NONE, accepted: 6 });
    const seq = await seqNow();
    expect(await counts(group)).toMatchObject({ accepted: 4, duplicate: 2 });
    expect(await counts(group, { groupKey: 'syn_2.sleep.1' })).toEqual({ ...NONE, duplicate: 6 });
    expect(await seqNow()).toBe(seq);
    expect(await list('sleep')).toMatchObject([
      {
        provider: 'oura',
        date: '2026-11-20',
        version: 1,
        body: { stages: [{ stage: 'light' }, { stage: 'deep' }] },
      },
    ]);
    expect(await list('workout')).toMatchObject([{ body: { type: 'cycling', distanceM: 25_000 } }]);
    expect(await stored('steps')).toHaveLength(2);
    expect(await stored('sleep_score')).toEqual([MIDNIGHT]);
  });

  test('REC3 a revision replaces the night and its values, an older one changes nothing', async () => {
    const { counts, list, stored } = await open();
    await counts([NIGHT]);
    const later = { ...NIGHT, revision: 3, totals: { asleepMin: 400 }, values: NIGHT.values.slice(0, 1) };
    expect(await counts([later])).toEqual({ ...NONE, updated: 2, deleted: 1 });
    expect(await stored('sleep_score')).toEqual([]);
    expect(await counts([{ ...NIGHT, revision: 2 }])).toEqual({ ...NONE, duplicate: 1 });
    expect(await list('sleep')).toMatchObject([{ version: 2, body: { totals: { asleepMin: 400 } } }]);
    expect(await stored('sleep_score')).toEqual([]);
  });

  test('REC4 a deletion takes the values along and stands against the same revision, not against a newer one', async () => {
    const { counts, list, stored } = await open();
    await counts([NIGHT]);
    const gone = { kind: 'record_deletion' as const, of: 'sleep' as const, externalId: 'night-1' };
    expect(await counts([gone])).toEqual({ ...NONE, deleted: 3 });
    expect([await list('sleep'), await stored('sleep_score')]).toEqual([[], []]);
    expect(await counts([gone])).toEqual({ ...NONE, deleted: 2 });
    expect(await counts([gone], { groupKey: 'other' })).toEqual(NONE);
    expect(await counts([NIGHT], { groupKey: 'late' })).toMatchObject({ accepted: 0, updated: 0 });
    expect([await list('sleep'), await stored('sleep_score')]).toEqual([[], []]);
    expect(await counts([{ ...NIGHT, revision: 2 }])).toMatchObject({ accepted: 3 });
    expect(await stored('sleep_score')).toEqual([MIDNIGHT]);
  });

  test('REC6 a night that moves to another date takes its values along', async () => {
    const { counts, list, stored } = await open();
    await counts([NIGHT]);
    const moved = {
      ...NIGHT,
      revision: 2,
      date: '2026-11-19',
      start: '2026-11-18T22:00:00Z',
      end: '2026-11-19T06:00:00Z',
      stages: [],
    };
    await counts([moved]);
    expect(await stored('sleep_duration')).toEqual(['2026-11-18T23:00:00.000Z']);
    expect(await list('sleep')).toMatchObject([{ date: '2026-11-19', version: 2 }]);
  });

  test('REC2 what does not hold refuses itself alone, with its place and reason', async () => {
    const { write, list } = await open();
    const outcome = await write([
      { ...NIGHT, end: '2026-11-18T00:00:00Z' },
      { ...steps(1, 5), unit: 'furlongs' },
      { ...RIDE, externalId: '', distanceM: 1 },
      { ...RIDE, externalId: 'ride-2', distanceM: -1 },
      { ...NIGHT, externalId: 'night-2', start: '2026-11-19 22h' },
      RIDE,
    ]);
    expect(outcome.counts).toEqual({ ...NONE, accepted: 1, refused: 5 });
    expect([...outcome.refused].sort((a, b) => a.index - b.index)).toEqual([
      { index: 0, reason: 'bad_interval' },
      { index: 1, reason: 'unknown_unit' },
      { index: 2, reason: 'identity_required' },
      { index: 3, reason: 'out_of_bounds' },
      { index: 4, reason: 'bad_time' },
    ]);
    expect(await list('workout')).toHaveLength(1);
  });

  test('REC4 samples are deleted by record id in the provider’s own sources only', async () => {
    const { counts, stored, writer, scope, groupOf } = await open();
    const daily = { ...steps(0, 9_000), recordId: 'daily:2026-11-20' };
    await counts([daily]);
    await writer.write(scope, groupOf([daily], { provider: 'garmin' }));
    const deletion = { kind: 'sample_deletion' as const, metrics: ['steps'], recordId: 'daily:2026-11-20' };
    expect(await counts([deletion])).toEqual({ ...NONE, deleted: 1 });
    expect(await stored('steps')).toEqual([]);
    const window = { fromMs: 0 as EpochMs, toMs: START_MS };
    expect(await writer.listStored(scope, 'garmin', ['steps'], window)).toHaveLength(1);
  });

  test('REC4 CON38 what was said before a deletion does not undo it, what is said after it does', async () => {
    const { counts, list } = await open();
    await counts([RIDE]);
    await counts([{ kind: 'record_deletion', of: 'workout', externalId: 'ride-1' }]);
    const asOf = (ms: number) => ({ groupKey: `replay-${ms}`, asOfMs: (START_MS + ms) as EpochMs });
    expect(await counts([RIDE], asOf(-1))).toEqual({ ...NONE, duplicate: 1 });
    expect(await list('workout')).toEqual([]);
    expect(await counts([RIDE], asOf(1))).toEqual({ ...NONE, accepted: 1 });
    expect(await list('workout')).toHaveLength(1);
  });

  test('REC4 what the stream of a deleted workout gave goes along, of its provider and span alone', async () => {
    const { counts, stored, writer, scope, groupOf } = await open();
    const beat = (minute: number): SampleRecord => ({
      kind: 'sample',
      source: RING,
      metric: 'heart_rate',
      start: `2026-11-20T16:${String(minute).padStart(2, '0')}:00Z`,
      zoneOffsetMinutes: 60,
      value: 140,
      unit: 'bpm',
    });
    const before = { ...beat(30), start: '2026-11-20T15:59:00Z' };
    await counts([RIDE, before, beat(0), beat(30), beat(59)]);
    await writer.write(scope, groupOf([beat(10)], { provider: 'garmin' }));
    const deletion = {
      kind: 'record_deletion' as const,
      of: 'workout' as const,
      externalId: 'ride-1',
      series: ['heart_rate'],
    };
    expect(await counts([deletion])).toEqual({ ...NONE, deleted: 4 });
    expect(await counts([deletion], { groupKey: 'again' })).toEqual(NONE);
    expect(await stored('heart_rate')).toEqual(['2026-11-20T15:59:00.000Z']);
    const window = { fromMs: 0 as EpochMs, toMs: START_MS };
    expect(await writer.listStored(scope, 'garmin', ['heart_rate'], window)).toHaveLength(1);
  });

  test('REC7 a dry run says what would move, writes nothing, and does the same when it is done', async () => {
    const { writer, scope, groupOf, stored, list, seqNow, counts } = await open();
    await counts([steps(1, 10)]);
    const group = groupOf([steps(1, 11), steps(2, 5), NIGHT], { groupKey: 'dry' });
    const before = await seqNow();
    const preview = await writer.preview(scope, group);
    expect(preview.counts).toEqual({ ...NONE, accepted: 4, updated: 1 });
    expect(preview.moves).toContainEqual({
      what: 'sleep',
      dates: ['2026-11-20'],
      counts: { added: 1, updated: 0, deleted: 0 },
    });
    expect(preview.moves).toContainEqual({
      what: 'steps',
      dates: ['2026-11-20'],
      counts: { added: 1, updated: 1, deleted: 0 },
    });
    expect([await seqNow(), await list('sleep'), await stored('steps')]).toMatchObject([before, [], [{}]]);
    expect((await writer.write(scope, group)).counts).toEqual(preview.counts);
  });

  test('ING16 an erased provider is gone, its days move, and the same data may come again', async () => {
    const { writer, scope, counts, stored, list, groupOf, seqNow } = await open();
    const group = [steps(1, 10), NIGHT, RIDE];
    await counts(group);
    await writer.write(scope, groupOf([steps(3, 4)], { provider: 'garmin' }));
    const before = (await seqNow()) ?? 0;
    expect(await writer.eraseProvider(scope, 'oura', 'corr')).toBe(5);
    expect(await writer.eraseProvider(scope, 'oura', 'corr')).toBe(0);
    expect(await seqNow()).toBeGreaterThan(before);
    expect([await list('sleep'), await list('workout'), await stored('steps')]).toEqual([[], [], []]);
    const window = { fromMs: 0 as EpochMs, toMs: START_MS };
    expect(await writer.listStored(scope, 'garmin', ['steps'], window)).toHaveLength(1);
    expect(await counts(group, { groupKey: 'again' })).toEqual({ ...NONE, accepted: 5 });
    expect(await stored('sleep_score')).toEqual([MIDNIGHT]);
  });

  test('ING10 REC5 a user who blocked sleep keeps it out, and one who switched uploads off takes nothing', async () => {
    const { writer, write, scope, heads, groupOf } = await open();
    const privacy = { uploadEnabled: true, blockedMetrics: ['sleep_session', 'sleep_score'] };
    await heads.saveSettings(scope, 0, { privacy });
    expect(await write([NIGHT, RIDE])).toMatchObject({
      counts: { accepted: 1, refused: 1 },
      refused: [{ index: 0, reason: 'privacy_blocked' }],
    });
    await heads.saveSettings(scope, 1, { privacy: { uploadEnabled: false, blockedMetrics: [] } });
    await expect(writer.write(scope, groupOf([RIDE]))).rejects.toMatchObject({
      code: 'ingest.upload_disabled',
    });
  });
});
