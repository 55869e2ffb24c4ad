import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { beforeEach, expect, test } from 'vitest';
import { EVENT_SOURCE } from '../../../contracts/events/envelope.ts';
import type { LocalDate } from '../../../lib/core/instants.ts';
import type { MetricName } from '../../../lib/observability/metrics.ts';
import { createRebuildWorld } from '../../../test/support/rebuild-world.ts';
import { createRebuildReadModelsHandler } from './handler.ts';

let world: ReturnType<typeof createRebuildWorld>;
let counted: Partial<Record<MetricName, number>>;
let run: (...records: readonly SQSRecord[]) => Promise<readonly string[]>;
const DAY = '2026-11-20' as LocalDate;
const record = (messageId: string, body: unknown, receiveCount = 1): SQSRecord =>
  ({
    messageId,
    body: JSON.stringify(body),
    attributes: { ApproximateReceiveCount: String(receiveCount) },
  }) as SQSRecord;

beforeEach(async () => {
  world = createRebuildWorld();
  counted = {};
  const meter = {
    add: (name: MetricName, value: number) => {
      counted[name] = (counted[name] ?? 0) + value;
    },
    flush: async () => undefined,
  };
  const settings = { clock: world.clock, log: { write: () => undefined }, meter };
  const handler = createRebuildReadModelsHandler({ rebuilds: world.deps, settings });
  run = async (...records) => {
    const event: SQSEvent = { Records: [...records] };
    return (await handler(event, {})).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  await world.ingest([
    { source: 'w', start: `${DAY}T08:00:00Z`, value: 6 },
    { source: 'p', start: `${DAY}T08:00:00Z`, value: 60 },
  ]);
});

const changed = (seq: number) => ({
  source: EVENT_SOURCE,
  'detail-type': 'priorities.changed.v1',
  detail: { id: 'e', ...world.scope, seq, committedAtMs: 1, correlationId: 'c', metrics: ['steps'] },
});

test('RBD5 an event of the bus begins the recomputation, and a step of our own goes on', async () => {
  const seq = await world.put({ steps: ['garmin'] });
  expect(await run(record('a', changed(seq)))).toEqual([]);
  expect(await world.row(DAY)).toMatchObject({ status: 'READY', sum: 6 });
  world.queue.length = 0;
  const { rebuildId } = await world.start({});
  expect(await run(...world.queue.splice(0).map((message) => record('b', message)))).toEqual([]);
  expect(world.rebuilds.jobs.get(rebuildId)?.state).toBe('done');
  expect(counted).toMatchObject({ RebuildSteps: 2, MessagesFailed: 0 });
});

test('RBD7 each message fails and comes back alone, and the last delivery counts as a failed rebuild', async () => {
  const seq = await world.put({ steps: ['garmin'] });
  const early = record('early', changed(seq + 1));
  expect(await run(early, record('good', changed(seq)))).toEqual(['early']);
  expect(await world.row(DAY)).toMatchObject({ sum: 6 });
  expect(counted['RebuildsFailed']).toBeUndefined();
  expect(await run(record('early', changed(seq + 1), 5))).toEqual(['early']);
  expect(counted['RebuildsFailed']).toBe(1);
});

test('RBD2 what is no message of ours is unreadable, and an id that is none never becomes a key', async () => {
  const { rebuildId } = await world.start({});
  const step = { kind: 'rebuild', workspaceId: world.scope.workspaceId, rebuildId, step: 0 };
  const bad = [
    { ...step, kind: 'else' },
    { ...step, step: -1 },
    { ...changed(1), 'detail-type': 'samples.changed.v1' },
    { ...step, rebuildId: '../x' },
  ];
  expect([...(await run(...bad.map((body, index) => record(String(index), body))))].sort()).toEqual([
    '0',
    '1',
    '2',
    '3',
  ]);
  expect(world.rebuilds.jobs.get(rebuildId)?.step).toBe(0);
});
