import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { SyncChangedV1 } from '../../contracts/events/sync-changed.v1.ts';
import {
  type ImpactWorld,
  MINUTE_MS,
  openImpactWorld,
  PRODUCT,
  sessionIdOf,
} from '../../test/support/impact-world.ts';
import { sessionMarkKey } from '../adapters/dynamo/core-keys.ts';
import { N, S } from '../adapters/dynamo/dynamo.ts';
import { createLeftoverStore } from '../adapters/dynamo/leftover-store.ts';
import { addDays, HOUR_MS } from '../core/instants.ts';
import type { RebuilderRange, RebuilderStep } from '../projections/rebuilder.ts';
import { createImpactRebuilder } from './create-impact-rebuilder.ts';
import { followLog } from './follow-log.ts';
import { impactHooks } from './impact-hooks.ts';
import { projectImpacts } from './project-batch.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z');
const RANGE = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };
const iso = (ms: number): string => new Date(ms).toISOString();

let world: ImpactWorld;
beforeEach(async () => {
  world = await openImpactWorld();
  await world.ingest(
    Array.from({ length: 150 }, (_, minute) => ({
      at: START_MS - HOUR_MS + minute * MINUTE_MS + 1_000,
      value: minute < 60 ? 70 : 84,
    })),
  );
});

const putSession = (index: number, startMs = START_MS) =>
  world.entity(`PUT sessions/${sessionIdOf(index)}`, {
    startedAt: iso(startMs),
    endedAt: iso(startMs + 30 * MINUTE_MS),
    status: 'COMPLETED',
  });
const tell = async () => (await world.get('listSessionImpact', RANGE)).body;
const follow = (deps = world.impact) => {
  const deadlineMs = world.clock.now() + 60_000;
  const hooks = impactHooks(deps, world.scope, {
    deadlineMs,
    onSaved: () => undefined,
    onSettled: () => undefined,
  });
  return followLog(deps, world.scope, hooks, deadlineMs);
};
const putMark = (epoch: string, seq: number) =>
  world.storage.dynamo.send(
    new PutItemCommand({
      TableName: world.storage.tables.core,
      Item: { ...sessionMarkKey(world.scope), e: S(epoch), n: N(seq) },
    }),
  );

test('SIP6 any one event brings all sessions that the log has, and a lost one none too few', async () => {
  for (let index = 1; index <= 4; index += 1) await putSession(index);
  const synced = (await world.events()).filter(({ type }) => type === 'sync.changed.v1');
  expect(await world.project(synced.slice(1, 2))).toEqual([]);
  const { impacts } = await tell();
  expect(impacts.map(({ status }: { status: string }) => status)).toEqual(Array(4).fill('READY'));
});

test('SIP7 samples that come while a follower is at work find the sessions that it listed, also before its mark', async () => {
  await putSession(1);
  const directory = { ...world.impact.directory, advanceMark: async () => undefined };
  expect(await follow({ ...world.impact, directory })).toMatchObject({ kind: 'reached' });
  await world.ingest([{ at: START_MS - MINUTE_MS / 2, value: 131 }]);
  const samples = (await world.events()).filter(({ type }) => type === 'samples.changed.v1');
  expect(await world.project(samples.slice(-1))).toEqual([]);
  expect((await tell()).impacts).toMatchObject([{ status: 'READY', before: { count: 61, mean: 71 } }]);
});

test('SIP6 an event that names more than can be read yet comes again', async () => {
  await putSession(1);
  const [event] = (await world.events()).filter(({ type }) => type === 'sync.changed.v1');
  if (event === undefined) throw new Error('no event');
  const early = { ...event, detail: { ...event.detail, seq: 99 } };
  expect(await world.project([early as typeof event])).toEqual([event.detail.id]);
});

test('SIP6 where the log began anew or does not reach back all rows are read, and the deleted go', async () => {
  await putSession(1);
  await putSession(2);
  await follow();
  await world.entity(`DELETE sessions/${sessionIdOf(1)}`);
  await putSession(3);
  world.clock.advance(10 * MINUTE_MS);
  await putMark('another log', 1);
  expect(await tell()).toMatchObject({ isBehind: true });
  expect(await follow()).toMatchObject({ kind: 'reached' });
  const { isBehind, impacts } = await tell();
  expect(isBehind).toBe(false);
  expect(impacts.map((each: { sessionId: string; status: string }) => [each.sessionId, each.status])).toEqual(
    [
      [sessionIdOf(2), 'READY'],
      [sessionIdOf(3), 'READY'],
    ],
  );
});

test('SIP6 a follower that is overtaken between reading and writing brings nothing back that is gone', async () => {
  await putSession(1);
  await putSession(2);
  let isOvertaken = false;
  const slow = {
    ...world.impact,
    directory: {
      ...world.impact.directory,
      loadPointers: async (...parameters: Parameters<typeof world.impact.directory.loadPointers>) => {
        const pointers = await world.impact.directory.loadPointers(...parameters);
        if (isOvertaken) return pointers;
        isOvertaken = true;
        await world.entity(`DELETE sessions/${sessionIdOf(1)}`);
        await putSession(2, START_MS + HOUR_MS);
        await follow();
        return pointers;
      },
    },
  };
  await follow(slow);
  const { impacts } = await tell();
  expect(impacts).toMatchObject([{ sessionId: sessionIdOf(2), startedAt: iso(START_MS + HOUR_MS) }]);
  const listed = await world.itemsOf(world.storage.tables.core, '#SESSIONS');
  expect(listed.filter(({ sk }) => sk?.S?.startsWith('AT#'))).toHaveLength(1);
});

test('PRJ5 the rebuilder computes what is missing or old, in steps, and skips what is current', async () => {
  await putSession(1);
  await putSession(2);
  const rebuilder = createImpactRebuilder(world.impact);
  const run = async () => {
    const steps = [];
    for await (const step of rebuilder.rebuild(world.scope, {})) steps.push(step);
    return steps;
  };
  expect(rebuilder.model).toBe('session_impact');
  // The log is followed first, and the rows of what it names are computed then.
  expect(await run()).toMatchObject([{ computedCount: 0, currentCount: 2, unsettledCount: 0 }]);
  await world.ingest([{ at: START_MS + 500, value: 99 }]);
  expect(await run()).toMatchObject([{ computedCount: 2, currentCount: 0 }]);
  expect(await run()).toMatchObject([{ computedCount: 0, currentCount: 2 }]);
  const none = rebuilder.rebuild(world.scope, { metrics: ['steps'] });
  for await (const step of none) expect(step).toMatchObject({ computedCount: 0, currentCount: 0 });
});

test('PRJ5 steps end with whole days, so that who goes on behind each counts every session once', async () => {
  const starts = Array.from({ length: 130 }, (_, index) =>
    index < 20
      ? START_MS - 24 * HOUR_MS + index
      : index < 115
        ? START_MS + index
        : START_MS + 24 * HOUR_MS + index,
  );
  for (const [index, startMs] of starts.entries())
    await world.entity(`PUT sessions/${sessionIdOf(index + 1)}`, {
      startedAt: iso(startMs),
      endedAt: iso(startMs + MINUTE_MS),
      status: 'COMPLETED',
    });
  const { rebuild } = createImpactRebuilder(world.impact);
  // Each message has time for one step.
  const stepFrom = async (range: RebuilderRange) => {
    for await (const step of rebuild(world.scope, range)) return step;
    return undefined;
  };
  const steps: RebuilderStep[] = [];
  let step = await stepFrom({});
  while (step !== undefined && steps.length < 5) {
    steps.push(step);
    step = await stepFrom({ from: addDays(step.throughDate, 1) });
  }
  const date = (days: number) => iso(START_MS + days * 24 * HOUR_MS).slice(0, 10);
  expect(steps.map(({ throughDate }) => throughDate).slice(0, 2)).toEqual([date(-1), date(0)]);
  expect(steps.map(({ computedCount, currentCount }) => computedCount + currentCount)).toEqual([20, 95, 15]);
});

test('SIP10 what lies in the tables shows neither products nor figures, and goes with the user', async () => {
  await world.entity(`PUT products/${PRODUCT}`, { name: 'Valerian' });
  await putSession(1);
  await world.entity(`PATCH sessions/${sessionIdOf(1)}`, { primaryProductId: PRODUCT });
  await world.project();
  const { core, samples, vault } = world.storage.tables;
  const places = ['#SESSIONS', '#I#heart_rate'];
  for (const place of places) {
    const text = JSON.stringify(await world.itemsOf(core, place), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(text).toContain(sessionIdOf(1));
    for (const secret of ['Valerian', PRODUCT, 'COMPLETED', 'mean']) expect(text).not.toContain(secret);
  }
  expect(world.lines.join('\n')).not.toMatch(/Valerian|84/);
  const leftovers = createLeftoverStore(world.storage.dynamo, { core, samples, vault });
  await leftovers.remove(world.scope, { kind: 'sessions' });
  await leftovers.remove(world.scope, { kind: 'impacts', metric: 'heart_rate' });
  for (const place of places) expect(await world.itemsOf(core, place)).toEqual([]);
});

test('SIP10 of a user that is erased nothing is written any more, and messages end', async () => {
  await putSession(1);
  const events = await world.events();
  await world.stores.eraseUser(world.scope);
  await world.stores.vault.shred(world.scope);
  expect(await world.project(events)).toEqual([]);
  expect(await world.itemsOf(world.storage.tables.core, '#SESSIONS')).toEqual([]);
  expect((await world.get('listSessionImpact', RANGE)).body.code).toBe('user.not_found');
});

test('PRJ4 a session whose rows fail is left for its own message, and holds up neither the log nor other sessions', async () => {
  await putSession(1);
  await putSession(2, START_MS + HOUR_MS);
  const synced = (await world.events()).filter(({ type }) => type === 'sync.changed.v1');
  const messages = synced.map(({ detail }) => ({
    messageId: detail.id,
    event: { type: 'sync.changed.v1' as const, detail: SyncChangedV1.parse(detail) },
  }));
  const { impacts } = world.impact;
  const failing = {
    ...world.impact,
    impacts: {
      ...impacts,
      save: async (...[scope, row]: Parameters<typeof impacts.save>) => {
        if (row.sessionId === sessionIdOf(1)) throw new Error('refused');
        return impacts.save(scope, row);
      },
    },
  };
  const deadlineMs = world.clock.now() + 60_000;
  const first = await projectImpacts(failing, messages, deadlineMs);
  expect([[...first.failed.keys()], first.savedCount]).toEqual([[messages[0]?.messageId], 1]);
  const statuses = async () => (await tell()).impacts.map(({ status }: { status: string }) => status);
  expect(await statuses()).toEqual(['STALE', 'READY']);
  // The mark is past it by now: the message itself leads to the session.
  expect(await projectImpacts(world.impact, messages.slice(0, 1), deadlineMs)).toMatchObject({
    savedCount: 1,
  });
  expect(await statuses()).toEqual(['READY', 'READY']);
});
