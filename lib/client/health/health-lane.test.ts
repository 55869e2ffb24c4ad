import { expect, test } from 'vitest';
import { FakeTime } from '../../../test/support/fake-time.ts';
import { HEALTH_NOW_MS, healthWorld, weightRecord } from '../../../test/support/health-world.ts';
import { createHealthLane } from './health-lane.ts';
import { HEALTHKIT } from './healthkit-types.ts';
import { readChanges } from './read-lanes.ts';

const DAY_MS = 86_400_000;
const kilograms = (living: readonly string[]) => living.map((line) => Number(line.split(' ')[2]));

test('CLI50 what the phone has is on the server, in batches of at most 500, and is not sent again', async () => {
  const { phone, server, lane } = healthWorld();
  phone.pageSize = 400;
  for (let index = 0; index < 1_203; index += 1) phone.put(weightRecord(`w${index}`, index / 100, 70));
  expect(await lane.collect()).toMatchObject({ hot: 1_203 });
  expect(await lane.upload()).toEqual({ sentCount: 1_203, refusedCount: 0, end: { kind: 'empty' } });
  expect(server.bodies.map((body) => JSON.parse(body).samples.length)).toEqual([500, 500, 203]);
  expect(server.living()).toHaveLength(1_203);
  await lane.collect();
  expect(await lane.upload()).toMatchObject({ sentCount: 0 });
  expect(await lane.status()).toEqual({
    counts: { pending: 0, sending: 0, sent: 1_203, refused: 0 },
    parked: [],
  });
});

test('CLI50 a retry is the same request, byte for byte, also after a restart, and the server counts it once', async () => {
  const world = healthWorld();
  const { phone, server, time, options } = world;
  phone.put(weightRecord('w', 1, 70));
  await world.lane.collect();
  let lost = 2;
  const losing = async (body: string) => {
    const answer = await server.answer(body);
    lost -= 1;
    if (lost >= 0) throw new Error('the reply is lost');
    return answer;
  };
  for (const [waitMs, expected] of [
    [0, { kind: 'waiting', waitMs: 5_000 }],
    [6_000, { kind: 'waiting' }],
    [12_000, { kind: 'empty' }],
  ] as const) {
    await time.advance(waitMs);
    const restarted = createHealthLane({ ...options, send: losing });
    const report = await restarted.upload();
    expect(report.end.kind).toBe(expected.kind);
  }
  expect(server.bodies).toHaveLength(3);
  expect(new Set(server.bodies).size).toBe(1);
  expect(server.store.head?.seq).toBe(1);
  expect(await world.lane.status()).toMatchObject({ counts: { sent: 1, sending: 0 } });
});

test('CLI53 202 is waited for by sending the same again', async () => {
  const answers = [
    {
      status: 202,
      headers: {},
      body: JSON.stringify({ requestId: 'r', status: 'queued', retryAfterMs: 2_000 }),
    },
    { status: 202, headers: {}, body: JSON.stringify({ requestId: 'r', status: 'queued', retryAfterMs: 0 }) },
    { status: 200, headers: {}, body: JSON.stringify({ requestId: 'r', seq: 1, counts: {}, refused: [] }) },
  ];
  const bodies: string[] = [];
  const { phone, time, lane } = healthWorld({
    send: async (body) => {
      bodies.push(body);
      return answers.shift() ?? { status: 500, headers: {}, body: '' };
    },
  });
  phone.put(weightRecord('w', 1, 70));
  await lane.collect();
  expect((await lane.upload()).end).toMatchObject({ kind: 'waiting', waitMs: 2_000 });
  expect(bodies).toHaveLength(1);
  await time.advance(2_000);
  expect((await lane.upload()).end).toMatchObject({ kind: 'waiting', waitMs: 1_000 });
  await time.advance(1_000);
  expect((await lane.upload()).end).toEqual({ kind: 'empty' });
  expect(new Set(bodies).size).toBe(1);
});

test('CLI53 a sample that is refused is kept visible, harms no neighbour, and goes again only when it was edited', async () => {
  const { phone, server, time, lane } = healthWorld();
  phone.put(weightRecord('fine', 1, 70));
  phone.put(weightRecord('heavy', 1, 7_000));
  await lane.collect();
  expect(await lane.upload()).toMatchObject({ sentCount: 2, refusedCount: 1 });
  expect(kilograms(server.living())).toEqual([70]);
  const [refusal] = await lane.refusals(10);
  expect(refusal).toMatchObject({ metric: 'weight', recordId: 'heavy', reason: 'out_of_bounds' });
  expect(JSON.stringify(refusal)).not.toContain('7000');
  await lane.collect();
  expect(await lane.upload()).toMatchObject({ sentCount: 0 });
  phone.put(weightRecord('heavy', 1, 71, { revision: 2 }));
  await time.advance(6 * 3_600_000);
  await lane.collect();
  expect(await lane.upload()).toMatchObject({ sentCount: 1, refusedCount: 0 });
  expect(kilograms(server.living())).toEqual([70, 71]);
  expect(await lane.refusals(10)).toEqual([]);
});

test('CLI53 Retry-After wins, other failures are waited out longer each time, and being signed out stops', async () => {
  let answer: object = { status: 429, headers: { 'retry-after': '77' }, body: '{}' };
  const { phone, time, lane } = healthWorld({ send: async () => answer as never });
  phone.put(weightRecord('w', 1, 70));
  await lane.collect();
  expect((await lane.upload()).end).toMatchObject({ kind: 'waiting', waitMs: 77_000 });
  expect((await lane.upload()).end).toMatchObject({ kind: 'waiting', waitMs: 77_000 });
  time.setBack(86_400_000);
  expect((await lane.upload()).end).toMatchObject({ kind: 'waiting', waitMs: 77_000 });
  await time.advance(77_000);
  answer = { status: 503, headers: {}, body: 'not JSON' };
  const { end } = await lane.upload();
  expect(end).toMatchObject({ kind: 'waiting' });
  expect(end.kind === 'waiting' ? end.waitMs : 0).toBeGreaterThanOrEqual(8_000);
  await time.advance(3_600_000);
  answer = { status: 403, headers: {}, body: '{"code":"ingest.upload_disabled"}' };
  expect((await lane.upload()).end).toEqual({ kind: 'stopped', code: 'ingest.upload_disabled' });
  expect(await lane.status()).toMatchObject({ counts: { sending: 1 }, parked: [] });
});

test('CLI53 a request that is refused as a whole is set aside, blocks nobody, and can be made anew', async () => {
  const world = healthWorld();
  const { phone, server, options } = world;
  let refuse = true;
  const lane = createHealthLane({
    ...options,
    send: (body) =>
      refuse
        ? Promise.resolve({ status: 422, headers: {}, body: '{"code":"ingest.payload_conflict"}' })
        : server.answer(body),
  });
  phone.put(weightRecord('first', 2, 70));
  await lane.collect();
  expect((await lane.upload()).end).toEqual({ kind: 'empty' });
  expect((await lane.status()).parked).toMatchObject([{ code: 'ingest.payload_conflict' }]);
  refuse = false;
  phone.put(weightRecord('second', 1, 71));
  await lane.collect();
  await lane.upload();
  // 'second' lies a day before the hot lane's anchor, and comes with the changes.
  await world.time.advance(6 * 3_600_000);
  await lane.collect();
  await lane.upload();
  expect(kilograms(server.living())).toEqual([71]);
  await lane.retryParked();
  await lane.upload();
  expect(kilograms(server.living())).toEqual([70, 71]);
  expect(await lane.status()).toMatchObject({ counts: { sent: 2, sending: 0 }, parked: [] });
});

test('CLI51 hot: 14 days, then from 5 min before; cold: 90 days in chunks of 7 from the newer end, each once', async () => {
  const { phone, time, lane, server } = healthWorld();
  for (const daysAgo of [1, 13.5, 15, 40, 89.5, 95]) phone.put(weightRecord(`w${daysAgo}`, daysAgo, 70));
  const cold: (number | undefined)[] = [];
  for (let run = 0; run < 13; run += 1) {
    const report = await lane.collect();
    cold.push(report.cold);
    await time.advance(60_000);
  }
  expect(phone.reads[0]?.startsWith('14-')).toBe(true);
  expect(phone.reads[1]).toBe('21-14');
  const minutes = phone.reads[2]?.split('-').map((days) => Math.round(Number(days) * 1_440));
  expect(minutes?.[0]).toBe(5);
  expect(phone.reads.at(-3)).toBe('90-84');
  expect(cold).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, undefined, undefined]);
  await lane.upload();
  expect(server.living()).toHaveLength(5);
});

test('CLI52 edits and deletions arrive every 6 h, also of a part of a series', async () => {
  const { phone, time, lane, server } = healthWorld();
  const at = (minute: number) => HEALTH_NOW_MS - DAY_MS + minute * 60_000;
  const series = (minutes: readonly number[], revision: number) => ({
    type: 'HeartRateRecord',
    id: 'h',
    startMs: at(0),
    endMs: at(9),
    origin: {},
    revision,
    readings: minutes.map((minute) => ({ field: 'beatsPerMinute', value: 60 + minute, startMs: at(minute) })),
  });
  phone.put(series([0, 1, 2], 1));
  phone.put(weightRecord('edited', 1, 70));
  phone.put(weightRecord('deleted', 1, 71));
  await lane.collect();
  await lane.upload();
  expect(kilograms(server.living())).toEqual([60, 61, 62, 70, 71]);

  phone.put(series([0, 2], 2));
  phone.put(weightRecord('edited', 1, 80, { revision: 2 }));
  phone.remove('deleted');
  await time.advance(5 * 3_600_000);
  expect(await lane.collect()).toMatchObject({ change: undefined });
  await time.advance(3_600_000);
  expect(await lane.collect()).toMatchObject({ change: 3 });
  await lane.upload();
  expect(kilograms(server.living())).toEqual([60, 62, 80]);
  expect((await lane.status()).counts).toEqual({ pending: 0, sending: 0, sent: 3, refused: 0 });
});

test('CLI52 a deletion of what this phone never sent searches the last 93 days by record id', async () => {
  const first = healthWorld();
  first.phone.put(weightRecord('w', 30, 70));
  for (let run = 0; run < 4; run += 1) await first.lane.collect();
  await first.lane.upload();
  expect(first.server.living()).toHaveLength(1);

  // Another installation: the same phone, nothing staged.
  const again = healthWorld({ source: first.phone, send: first.server.answer });
  await again.lane.collect();
  first.phone.remove('w');
  await again.time.advance(6 * 3_600_000);
  await again.lane.collect();
  expect(await again.lane.upload()).toMatchObject({ sentCount: 3, refusedCount: 0 });
  expect(first.server.living()).toEqual([]);
});

test('CLI52 a run of changes ends after 15 s, and goes on at the next one', async () => {
  const { phone, time, lane, options } = healthWorld();
  await lane.collect();
  for (let index = 0; index < 30; index += 1) phone.put(weightRecord(`w${index}`, 1, 70));
  phone.pageSize = 1;
  await time.advance(6 * 3_600_000);
  const slow = FakeTime.prototype.advance.bind(time);
  const lazy = createHealthLane({
    ...options,
    source: {
      read: (query) => phone.read(query),
      changes: async (anchor) => {
        await slow(1_000);
        return phone.changes(anchor);
      },
    },
  });
  expect(await lazy.collect()).toMatchObject({ change: 15 });
  expect(await lazy.collect()).toMatchObject({ change: 15 });
  expect(await lazy.collect()).toMatchObject({ change: undefined });
});

test('CLI52 an anchor that the platform forgot starts all lanes anew, and nothing is sent twice', async () => {
  const { phone, time, lane, server } = healthWorld();
  phone.put(weightRecord('w', 1, 70));
  await lane.collect();
  await lane.upload();
  phone.put(weightRecord('unseen', 2, 75));
  phone.expiredOnce = true;
  await time.advance(6 * 3_600_000);
  await lane.collect();
  expect(await lane.upload()).toMatchObject({ sentCount: 1 });
  expect(kilograms(server.living())).toEqual([75, 70]);
});

test('CLI51 an anchor above 32 KB is refused by type, and nothing of its page is staged', async () => {
  const { phone, lane, options } = healthWorld();
  await lane.collect();
  const huge = {
    read: (query: Parameters<typeof phone.read>[0]) => phone.read(query),
    changes: async () => ({
      changed: [weightRecord('w', 1, 70)],
      deleted: [],
      anchor: 'x'.repeat(33_000),
      hasMore: false,
    }),
  };
  const rules = { platform: options.platform, zoneOffsetAt: undefined };
  const clock = { now: () => options.clock.now() + DAY_MS };
  const failed = readChanges({ source: huge, staging: options.staging, clock, rules });
  await expect(failed).rejects.toMatchObject({ code: 'ANCHOR_TOO_LARGE', retryable: false });
  expect(await lane.status()).toMatchObject({ counts: { pending: 0 } });
});

test('CLI51 a source that fails leaves the lane where it was, and a damaged anchor starts it anew', async () => {
  const { phone, lane, options } = healthWorld();
  for (let index = 0; index < 5; index += 1) phone.put(weightRecord(`w${index}`, index, 70));
  let calls = 0;
  phone.fault = () => {
    calls += 1;
    if (calls === 3) throw new Error('the phone is locked');
  };
  await expect(lane.collect()).rejects.toThrow('locked');
  expect(await options.staging.transaction((tx) => tx.loadAnchor('hot'))).toBeUndefined();
  expect(await lane.collect()).toMatchObject({ hot: 5 });
  expect(await lane.status()).toMatchObject({ counts: { pending: 5 } });
  await options.staging.transaction((tx) => tx.saveAnchor('hot', '{"readToMs":'));
  expect(await lane.collect()).toMatchObject({ hot: 5 });
  expect(await lane.status()).toMatchObject({ counts: { pending: 5 } });
});

test('CLI52 what HealthKit deletes needs no revision, because its samples never change', async () => {
  const { phone, time, lane, server } = healthWorld({ platform: HEALTHKIT });
  const { revision: _revision, ...unversioned } = weightRecord('w', 1, 70);
  const record = {
    ...unversioned,
    type: 'HKQuantityTypeIdentifierBodyMass',
    readings: [{ field: 'value', value: 70 }],
  };
  phone.put(record);
  await lane.collect();
  await lane.upload();
  expect(server.living()).toHaveLength(1);
  phone.remove('w');
  await time.advance(6 * 3_600_000);
  await lane.collect();
  await lane.upload();
  expect(server.living()).toEqual([]);
});

test('CLI50 an edit, and a deletion, of what is on its way goes after it', async () => {
  const { phone, server, time, lane, options } = healthWorld();
  phone.put(weightRecord('edited', 1, 70));
  phone.put(weightRecord('deleted', 1, 71));
  await lane.collect();
  const losing = createHealthLane({
    ...options,
    send: async (body) => {
      await server.answer(body);
      throw new Error('the reply is lost');
    },
  });
  await losing.upload();
  phone.put(weightRecord('edited', 1, 80, { revision: 2 }));
  phone.remove('deleted');
  await time.advance(6 * 3_600_000);
  await lane.collect();
  expect(await lane.upload()).toMatchObject({ sentCount: 4 });
  expect(kilograms(server.living())).toEqual([80]);
});
