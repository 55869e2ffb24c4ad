import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { emptyHead, MemorySampleStore } from '../../test/support/memory-sample-store.ts';
import type { Clock } from '../core/clock.ts';
import type { EpochMs } from '../core/instants.ts';
import { silentMeter } from '../observability/metrics.ts';
import { AppError } from '../problems/app-error.ts';
import type { IngestAnswer } from './answer.ts';
import { decodeSamples } from './block-codec.ts';
import { ingestSamples } from './ingest-samples.ts';
import type { IngestCounts } from './model.ts';
import { parseJson } from './parse-request.ts';
import { processQueued } from './process-queued.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z') as EpochMs;
const scope = {
  workspaceId: 'ws_00000000000000000000000001' as WorkspaceId,
  userId: 'usr_00000000000000000000000001' as UserId,
};
let store: MemorySampleStore;
let nowMs: EpochMs;
let sequence = 0;
const clock: Clock = { now: () => nowMs, sleep: async () => {} };
const randomness = { bytes: (count: number) => new Uint8Array(count).fill(128) };

beforeEach(() => {
  store = new MemorySampleStore();
  nowMs = NOW_MS;
  sequence = 0;
});

const dependencies = () => ({
  store,
  reader: store,
  payloads: store,
  queue: store,
  uploads: store,
  meter: silentMeter,
  clock,
  randomness,
});

type Body = Record<string, unknown>;
const SOURCES = { w: { provider: 'garmin', device: { type: 'watch' } } };

function send(body: Body): Promise<IngestAnswer> {
  sequence += 1;
  const request =
    body['upload'] === undefined
      ? { requestId: `r-${sequence}`, sources: SOURCES, samples: [], ...body }
      : body;
  return ingestSamples(dependencies(), {
    scope,
    body: Buffer.from(JSON.stringify(request)),
    json: JSON.parse(JSON.stringify(request)),
    correlationId: 'c',
    nowMs,
  });
}

interface Answer {
  readonly seq: number;
  readonly counts: IngestCounts;
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
}
const read = (answer: IngestAnswer): Answer => JSON.parse(answer.body) as Answer;
const counts = async (body: Body) => {
  const { counts: all } = read(await send(body));
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
};
const reasons = async (samples: readonly unknown[]) =>
  read(await send({ samples })).refused.map(({ index, reason }) => `${index} ${reason}`);

const heartRate = (overrides: Body = {}): Body => ({
  source: 'w',
  metric: 'heart_rate',
  start: '2026-11-20T10:00:00+01:00',
  value: 61,
  unit: 'bpm',
  ...overrides,
});
const living = () =>
  [...store.blocks.values()]
    .flatMap(({ payload }) => decodeSamples(payload))
    .filter(({ deletedAtMs }) => deletedAtMs === undefined);
const deletion = (overrides: Body = {}): Body => ({ source: 'w', metric: 'heart_rate', ...overrides });

async function failure(attempt: Promise<unknown>): Promise<AppError> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error(`expected an AppError, got ${String(error)}`);
}

test('ING1 an accepted sample is in the store with its offset, seq and unit', async () => {
  const answer = await send({ samples: [heartRate()] });
  expect(answer.status).toBe(200);
  expect(read(answer)).toMatchObject({ seq: 1, counts: { accepted: 1, refused: 0 }, refused: [] });
  expect(living()).toMatchObject([{ value: 61, offsetMinutes: 60, seq: 1 }]);
  expect(Object.values(store.head?.series['heart_rate'] ?? {})).toEqual([{ count: 1, units: { bpm: 1 } }]);
  expect(store.changes).toMatchObject([
    { seq: 1, changes: [{ metric: 'heart_rate', dates: ['2026-11-20'], counts: { added: 1 } }] },
  ]);
});

test('ING2 the same identity is stored once, and a record id at another start replaces its earlier sample', async () => {
  expect(await counts({ samples: [heartRate({ recordId: 'a' })] })).toEqual({ accepted: 1 });
  expect(await counts({ samples: [heartRate({ recordId: 'a' })] })).toEqual({ duplicate: 1 });
  expect(await counts({ samples: [heartRate({ recordId: 'b' })] })).toEqual({ accepted: 1 });
  const moved = heartRate({ recordId: 'a', start: '2026-11-20T11:00:00+01:00' });
  expect(await counts({ samples: [moved] })).toEqual({ updated: 1 });
  expect(living()).toHaveLength(2);
});

test('ING3 late corrections, older copies and revisions against none', async () => {
  const steps = (value: number, revision?: number | string): Body => ({
    samples: [
      heartRate({ metric: 'steps', unit: 'count', end: '2026-11-20T11:00:00+01:00', value, revision }),
    ],
  });
  expect(await counts(steps(3_000))).toEqual({ accepted: 1 });
  expect(await counts(steps(9_000))).toEqual({ updated: 1 });
  expect(await counts(steps(9_500, 5))).toEqual({ updated: 1 });
  expect(await counts(steps(3_000))).toEqual({ superseded: 1 });
  expect(await counts(steps(9_400, 4))).toEqual({ superseded: 1 });
  expect(await counts(steps(9_500, 5))).toEqual({ duplicate: 1 });
  expect(await counts(steps(9_600, '2026-11-20T11:00:00Z'))).toEqual({ updated: 1 });
  expect(living().map(({ value }) => value)).toEqual([9_600]);
});

test('ING4 a tombstone keeps older copies out, also when nothing was there, and lets a newer revision in', async () => {
  const at = { recordId: 'a', start: '2026-11-20T10:00:00+01:00' };
  expect(await counts({ deletions: [deletion({ ...at, revision: 3 })] })).toEqual({ notFound: 1 });
  expect(await counts({ samples: [heartRate({ ...at, revision: 3 })] })).toEqual({ superseded: 1 });
  expect(await counts({ samples: [heartRate(at)] })).toEqual({ superseded: 1 });
  expect(await counts({ samples: [heartRate({ ...at, revision: 4 })] })).toEqual({ accepted: 1 });
  expect(await counts({ deletions: [deletion({ ...at, revision: 3 })] })).toEqual({ superseded: 1 });
  expect(await counts({ deletions: [deletion(at)] })).toEqual({ deleted: 1 });
  expect(await counts({ deletions: [deletion(at)] })).toEqual({ notFound: 1 });
  expect(await counts({ samples: [heartRate({ ...at, revision: 4 })] })).toEqual({ superseded: 1 });
  expect(living()).toEqual([]);
});

test('ING4 a deletion by record id and range searches every source, and finds nothing outside the range', async () => {
  await send({ samples: [heartRate({ recordId: 'a' }), heartRate({ recordId: 'b' })] });
  const range = { source: undefined, from: '2026-11-01T00:00:00Z', to: '2026-11-30T00:00:00Z' };
  const outside = { ...range, from: '2026-11-21T00:00:00Z' };
  expect(await counts({ deletions: [deletion({ ...outside, recordId: 'a' })] })).toEqual({ notFound: 1 });
  const both = [deletion({ ...range, recordId: 'a' }), deletion({ ...range, recordId: 'zzz' })];
  expect(await counts({ deletions: both })).toEqual({ deleted: 1, notFound: 1 });
  expect(living()).toHaveLength(1);
});

test('ING4 a deletion without identity is refused, its index counted on from the samples', async () => {
  const answer = await send({ samples: [heartRate()], deletions: [deletion(), deletion({ recordId: 'a' })] });
  expect(answer.status).toBe(207);
  expect(read(answer).refused).toMatchObject([
    { index: 1, reason: 'identity_required' },
    { index: 2, reason: 'identity_required' },
  ]);
});

test('ING4 a deletion of what no sample could be is refused, since its tombstone would change every date', async () => {
  const identity = { metric: 'heart_rate', recordId: 'a', start: '2026-11-20T10:00:00Z' };
  const deletions = [
    deletion({ ...identity, end: '9999-12-31T00:00:00Z' }),
    deletion({ ...identity, end: '2026-11-20T09:59:59Z' }),
    deletion({ ...identity, start: '9999-12-31T23:59:59Z' }),
    deletion({ ...identity, start: '1999-12-31T23:59:59Z' }),
  ];
  const { refused, seq } = read(await send({ deletions }));
  expect(refused.map(({ reason }) => reason)).toEqual([
    'bad_interval',
    'bad_interval',
    'start_out_of_range',
    'start_out_of_range',
  ]);
  expect(seq).toBe(0);
});

test('ING5 sources that would not fit the head are refused by name, and those that are known go on', async () => {
  const name = '\u6f22'.repeat(128);
  const device = { manufacturer: name, model: name };
  const bring = (from: number) => {
    const keys = Array.from({ length: 50 }, (_, index) => `s${from + index}`);
    return send({
      sources: Object.fromEntries(keys.map((key) => [key, { provider: key, device, app: name }])),
      samples: keys.map((source) => heartRate({ source })),
    });
  };
  for (const from of [0, 50, 100, 150]) expect((await bring(from)).status).toBe(200);
  await expect(bring(200)).rejects.toMatchObject({ code: 'request.invalid' });
  expect((await bring(150)).status).toBe(200);
});

test('ING4 tombstones are swept with the next write 30 days later', async () => {
  await send({ deletions: [deletion({ start: '2026-11-20T10:00:00Z' })] });
  nowMs = (NOW_MS + 31 * 86_400_000) as EpochMs;
  expect(
    await counts({ samples: [heartRate({ start: '2026-11-20T10:00:00Z', zoneOffsetMinutes: 0 })] }),
  ).toEqual({
    accepted: 1,
  });
  expect([...store.blocks.values()].flatMap(({ payload }) => decodeSamples(payload))).toHaveLength(1);
});

test('ING5 a request of more than 96 blocks runs as several transactions, and goes on after a crash', async () => {
  const samples = Array.from({ length: 250 }, (_, day) =>
    heartRate({ start: new Date(NOW_MS - day * 86_400_000).toISOString(), zoneOffsetMinutes: 0 }),
  );
  let commits = 0;
  store.fault = () => {
    commits += 1;
    if (commits === 2) return 'crash_before';
    return commits === 3 ? 'crash_after' : 'none';
  };
  const request = { requestId: 'big', samples };
  await expect(send(request)).rejects.toThrow('crash before');
  expect(living()).toHaveLength(96);
  await expect(send(request)).rejects.toThrow('lost reply');
  const answer = read(await send(request));
  expect(answer).toMatchObject({ seq: 3, counts: { accepted: 250, duplicate: 0 } });
  expect(living()).toHaveLength(250);
  expect(store.changes.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  const rows = store.commits.map(({ ledger: { row } }) => (row.state === 'running' ? row.next : row.state));
  expect(rows).toEqual([1, 2, 'answered']);
});

test('ING6 the same request gives the stored answer byte for byte, another payload is a conflict', async () => {
  const request = { requestId: 'same', samples: [heartRate(), heartRate({ value: 'x' })] };
  const first = await send(request);
  await send({ samples: [heartRate({ value: 70 })] });
  expect(await send(request)).toEqual(first);
  const error = await failure(send({ requestId: 'same', samples: [heartRate({ value: 62 })] }));
  expect(error.code).toBe('ingest.payload_conflict');
  expect(living()).toMatchObject([{ value: 70 }]);
});

test('ING6 a payload hash that differs is refused and the right one is taken', async () => {
  const payloadHash = '0'.repeat(64);
  const error = await failure(send({ payloadHash, samples: [heartRate()] }));
  expect(error.code).toBe('ingest.hash_mismatch');
  const right = /[0-9a-f]{64}/.exec(error.detail)?.[0];
  expect((await send({ payloadHash: right, samples: [heartRate()] })).status).toBe(200);
});

test('ING6 of two racing twins one commits and the other returns its answer', async () => {
  const request = { requestId: 'twin', samples: [heartRate()] };
  let other: IngestAnswer | undefined;
  store.beforeCommit = async () => {
    store.beforeCommit = async () => {};
    other = await send(request);
  };
  expect(await send(request)).toEqual(other);
  expect(store.commits).toHaveLength(1);
});

test('ING6 an answer above 64 KB lies outside the ledger and is the same when asked again', async () => {
  const samples = Array.from({ length: 700 }, () => heartRate({ start: '2026-11-20T10:00:00' }));
  const request = { requestId: 'wide', samples };
  await send(request);
  for (const message of store.messages) await processQueued(dependencies(), message, nowMs);
  const first = await send(request);
  expect(first).toMatchObject({ status: 207 });
  expect(first.body.length).toBeGreaterThan(64_000);
  const row = store.ledgers.get('wide');
  expect(row?.state === 'answered' && 'payloadKey' in row.answer).toBe(true);
  expect(await send(request)).toEqual(first);
});

test('ING7 each fault of a sample is refused under its own reason and the others are taken', async () => {
  const faulty = [
    heartRate({ metric: 'nope' }),
    heartRate({ metric: 'workout' }),
    heartRate({ metric: 7 }),
    heartRate({ unit: 'furlong' }),
    heartRate({ unit: 'constructor' }),
    heartRate({ value: '61' }),
    heartRate({ value: 6_100 }),
    heartRate({ value: null }),
    heartRate({ end: '2026-11-20T09:59:59+01:00' }),
    heartRate({ end: '2026-11-29T09:59:59+01:00' }),
    heartRate({ start: '2026-02-30T10:00:00Z' }),
    heartRate({ start: '1999-12-31T23:59:59+00:00' }),
    heartRate({ start: '2026-11-22T12:00:01+00:00' }),
    heartRate({ metric: 'sleep_stage', category: 'dreaming' }),
    heartRate({ start: '2026-11-20T10:00:00Z' }),
    heartRate({ revision: 1.5 }),
    heartRate({ recordId: '' }),
    heartRate({ zoneOffsetMinutes: 6_000 }),
  ];
  expect(await reasons([...faulty, heartRate()])).toEqual([
    '0 unknown_metric',
    '1 unknown_metric',
    '2 wrong_type',
    '3 unknown_unit',
    '4 unknown_unit',
    '5 wrong_type',
    '6 out_of_bounds',
    '7 wrong_type',
    '8 bad_interval',
    '9 bad_interval',
    '10 bad_time',
    '11 start_out_of_range',
    '12 start_out_of_range',
    '13 category_unknown',
    '14 zone_required',
    '15 wrong_type',
    '16 wrong_type',
    '17 bad_time',
  ]);
  expect(living()).toHaveLength(1);
});

test('ING7 of duplicates within a batch the highest revision, else the last, is taken', async () => {
  expect(await reasons([heartRate({ value: 50 }), heartRate({ value: 51 })])).toEqual([
    '0 duplicate_in_batch',
  ]);
  expect(living()).toMatchObject([{ value: 51 }]);
  const revised = [heartRate({ value: 60, revision: 2 }), heartRate({ value: 61, revision: 1 }), heartRate()];
  expect(await reasons(revised)).toEqual(['1 duplicate_in_batch', '2 duplicate_in_batch']);
  expect(living()).toMatchObject([{ value: 60, revision: 2 }]);
});

test.each([
  ['not JSON', '{', 'request.malformed_json'],
  ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d]), 'request.malformed_json'],
  ['nothing', '', 'request.body_required'],
  ['a list', '[]', 'request.invalid'],
  ['no request id', '{"sources":{},"samples":[]}', 'request.invalid'],
  ['a bad request id', '{"requestId":"a b","sources":{},"samples":[]}', 'request.invalid'],
  ['no sources', '{"requestId":"a","samples":[]}', 'request.invalid'],
  ['a source without provider', '{"requestId":"a","sources":{"w":{}},"samples":[]}', 'request.invalid'],
  ['samples that are none', '{"requestId":"a","sources":{},"samples":[1]}', 'request.invalid'],
  ['an unknown source', '{"requestId":"a","sources":{},"samples":[{"source":"w"}]}', 'ingest.unknown_source'],
  [
    'depth',
    `{"requestId":"a","sources":{},"samples":[],"deletions":[{"x":${'['.repeat(99)}${']'.repeat(99)}}]}`,
    'request.invalid',
  ],
])('ING7 an envelope with %s is refused and nothing is stored', async (_, body, code) => {
  const attempt = async () => {
    const bytes = Buffer.from(body);
    const call = { scope, body: bytes, json: parseJson(bytes), correlationId: 'c', nowMs };
    return await ingestSamples(dependencies(), call);
  };
  expect((await failure(attempt())).code).toBe(code);
  expect(store.commits).toEqual([]);
});

test('ING8 above 500 items a request is queued, answered 202 until it is done, then with the final answer', async () => {
  const samples = Array.from({ length: 501 }, (_, minute) =>
    heartRate({ start: new Date(NOW_MS - minute * 60_000).toISOString(), zoneOffsetMinutes: 0 }),
  );
  const request = { requestId: 'large', samples };
  const queued = await send(request);
  expect(queued.status).toBe(202);
  expect(JSON.parse(queued.body)).toMatchObject({ requestId: 'large', status: 'queued' });
  expect((await send(request)).status).toBe(202);
  expect(store.messages).toHaveLength(2);
  expect(living()).toEqual([]);
  for (const message of store.messages)
    expect(await processQueued(dependencies(), message, nowMs)).toBe('done');
  const answer = await send(request);
  expect(answer.status).toBe(200);
  expect(read(answer).counts.accepted).toBe(501);
  expect(store.changes).toHaveLength(1);
});

const work = async () => {
  for (const message of store.messages.splice(0))
    expect(await processQueued(dependencies(), message, nowMs)).toBe('done');
};

test('ING8 an uploaded file is taken once, whatever is put in its place later', async () => {
  const samples = [heartRate(), heartRate({ start: '2026-11-20T10:01:00+01:00' })];
  store.uploaded.set('upl_1', gzipSync(JSON.stringify({ sources: SOURCES, samples })));
  const request = { requestId: 'file', upload: 'upl_1' };
  expect((await send(request)).status).toBe(202);
  store.fault = () => (store.commits.length === 2 ? 'crash_before' : 'none');
  await expect(work()).rejects.toThrow('crash before');
  store.fault = () => 'none';
  store.uploaded.set('upl_1', Buffer.from('{}'));
  expect((await send(request)).status).toBe(202);
  await work();
  expect(read(await send(request)).counts.accepted).toBe(2);
  expect(living()).toHaveLength(2);
});

test.each([
  ['absent', undefined, 'request.invalid'],
  ['not JSON', '{', 'request.malformed_json'],
  ['no batch', '{"samples":1}', 'request.invalid'],
  ['of unknown sources', '{"sources":{},"samples":[{"source":"w"}]}', 'ingest.unknown_source'],
])('ING8 a file that is %s ends its request with that fault, for good', async (_, file, code) => {
  if (file !== undefined) store.uploaded.set('upl_2', Buffer.from(file));
  const request = { requestId: 'bad-file', upload: 'upl_2' };
  expect((await send(request)).status).toBe(202);
  await work();
  expect((await failure(send(request))).code).toBe(code);
  expect((await failure(send(request))).code).toBe(code);
  expect(store.messages).toEqual([]);
  expect(living()).toEqual([]);
});

test('ING8 10,001 items are too many', async () => {
  const samples = Array.from({ length: 10_001 }, () => heartRate());
  expect((await failure(send({ samples }))).code).toBe('request.too_many_items');
});

test('ING9 values are kept in the canonical unit and counted by the unit as sent', async () => {
  const weight = (value: number, unit: string, start: string) =>
    heartRate({ metric: 'weight', value, unit, start });
  await send({
    samples: [weight(70, 'kg', '2026-11-20T10:00:00+01:00'), weight(150, 'lb', '2026-11-20T11:00:00+01:00')],
  });
  expect(living().map(({ value }) => value)).toEqual([70, 68.0388555]);
  expect(Object.values(store.head?.series['weight'] ?? {})).toEqual([{ count: 2, units: { kg: 1, lb: 1 } }]);
});

test('ING9 a conversion leaves no digits that the sender did not mean', async () => {
  await send({ samples: [heartRate({ metric: 'spo2', value: 0.97, unit: 'fraction' })] });
  await send({ samples: [heartRate({ metric: 'body_fat', value: 0.28, unit: 'fraction' })] });
  expect(living().map(({ value }) => value)).toEqual([97, 28]);
});

test('ING10 uploads off refuse the batch, a blocked metric refuses its samples', async () => {
  store.head = emptyHead({ privacy: { uploadEnabled: true, blockedMetrics: ['heart_rate'] } });
  const weight = heartRate({ metric: 'weight', value: 70, unit: 'kg' });
  const answer = await send({ samples: [heartRate(), weight] });
  expect(read(answer)).toMatchObject({
    counts: { accepted: 1, refused: 1 },
    refused: [{ index: 0, reason: 'privacy_blocked' }],
  });
  store.head = emptyHead({ privacy: { uploadEnabled: false, blockedMetrics: [] } });
  expect((await failure(send({ samples: [weight] }))).code).toBe('ingest.upload_disabled');
});

test('ING10 a metric blocked while the request runs is refused, because the commit sees other settings', async () => {
  store.beforeCommit = async () => {
    store.beforeCommit = async () => {};
    store.head = emptyHead({
      settingsVersion: 1,
      privacy: { uploadEnabled: true, blockedMetrics: ['heart_rate'] },
    });
  };
  expect(read(await send({ samples: [heartRate()] })).refused).toMatchObject([{ reason: 'privacy_blocked' }]);
  expect(living()).toEqual([]);
});

test('ING11 a replay under a new request id writes its ledger row only', async () => {
  await send({ samples: [heartRate(), heartRate({ recordId: 'a' })] });
  const before = { head: store.head, blocks: [...store.blocks.values()], changes: store.changes.length };
  expect(await counts({ samples: [heartRate(), heartRate({ recordId: 'a' })] })).toEqual({ duplicate: 2 });
  expect({ head: store.head, blocks: [...store.blocks.values()], changes: store.changes.length }).toEqual(
    before,
  );
  expect(store.commits.at(-1)?.advance).toBeUndefined();
});

test('ING14 the zone of a sample is its own, else its offset, else the user s, else required', async () => {
  store.head = emptyHead({ timeZone: 'America/New_York' });
  await send({
    samples: [
      heartRate({ start: '2026-11-20T10:00:00+02:00', zoneOffsetMinutes: -300 }),
      heartRate({ start: '2026-11-20T11:00:00+02:00' }),
      heartRate({ start: '2026-11-20T12:00:00Z' }),
      heartRate({ start: '2026-07-01T12:00:00' }),
    ],
  });
  expect(
    living().map(({ startMs, offsetMinutes }) => [new Date(startMs).toISOString(), offsetMinutes]),
  ).toEqual([
    ['2026-07-01T16:00:00.000Z', -240],
    ['2026-11-20T08:00:00.000Z', -300],
    ['2026-11-20T09:00:00.000Z', 120],
    ['2026-11-20T12:00:00.000Z', -300],
  ]);
});

test('ING15 conflicts are read again and merged again; too many end with Retry-After and nothing half done', async () => {
  let left = 7;
  store.fault = () => (left-- > 0 ? 'conflict' : 'none');
  expect((await send({ samples: [heartRate()] })).status).toBe(200);
  left = 100;
  const error = await failure(send({ samples: [heartRate({ value: 99 })] }));
  expect(error.code).toBe('ingest.contention');
  expect(error.retryAfterSec).toBeGreaterThan(0);
  expect(living()).toMatchObject([{ value: 61 }]);
});

test('ING15 a second writer between reading and commit loses nothing', async () => {
  store.beforeCommit = async () => {
    store.beforeCommit = async () => {};
    await send({ samples: [heartRate({ start: '2026-11-20T10:01:00+01:00' })] });
  };
  expect(read(await send({ samples: [heartRate()] }))).toMatchObject({ seq: 2, counts: { accepted: 1 } });
  expect(living()).toHaveLength(2);
});
