import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { USER_ERASED_V1 } from '../../../contracts/events/user-erased.v1.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { silentLog } from '../../../lib/observability/log.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import type { Head, UserScope } from '../../../lib/samples/model.ts';
import { createEraseUserHandler } from './handler.ts';

const WS = 'ws_01kah3v5w8f0xq9d3m7t2c6e4r';
const ERASED = 'usr_01kah3v5w8f0xq9d3m7t2c6e4r';
const LIVING = 'usr_01kah3v5w8f0xq9d3m7t2c6e4s';
const head = (erasedAtMs: number | undefined): Head => ({
  seq: 3,
  settingsVersion: 0,
  timeZone: undefined,
  privacy: { uploadEnabled: true, blockedMetrics: [] },
  priorities: { orders: {}, changedAt: {} },
  erasedAtMs: erasedAtMs as EpochMs | undefined,
  series: { retired_metric: {} },
  sources: {},
});

const bodyOf = (userId: string, isFinal = false) =>
  JSON.stringify({
    ...(isFinal ? { sweep: 'final' } : {}),
    'detail-type': USER_ERASED_V1,
    detail: { id: 'e', workspaceId: WS, userId, seq: 3, correlationId: 'c', committedAtMs: 1, erasedAtMs: 1 },
  });

function open() {
  const steps: string[] = [];
  const swept: string[] = [];
  const handler = createEraseUserHandler({
    deps: {
      heads: { load: async ({ userId }: UserScope) => head(userId === ERASED ? 1 : undefined) },
      dataKeys: { shred: async ({ userId }) => void steps.push(`shred ${userId}`) },
      objects: {
        removeAll: async ({ userId }) => {
          steps.push(`objects ${userId}`);
          return 1;
        },
      },
      leftovers: {
        remove: async ({ userId }, place) => {
          steps.push(`remove ${userId} ${'metric' in place ? place.metric : place.kind}`);
          return 1;
        },
        emptyHead: async ({ userId }) => void steps.push(`empty ${userId}`),
      },
    },
    queue: { sweepAgain: async (erasure) => void swept.push(erasure.userId) },
    settings: {
      clock: { now: () => 0 as EpochMs, sleep: async () => undefined },
      log: silentLog,
      meter: silentMeter,
    },
  });
  const run = async (bodies: Readonly<Record<string, string>>) => {
    const Records = Object.entries(bodies).map(([messageId, body]) => ({ messageId, body }));
    const { batchItemFailures } = await handler({ Records } as SQSEvent, {});
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
  };
  return { run, steps, swept };
}

test('USR6 each user of a batch is removed alone: one who is not erased, or an id of no user, fails without the others', async () => {
  const { run, steps, swept } = open();
  const bodies = { living: bodyOf(LIVING), foreign: bodyOf('usr_1#M#steps'), erased: bodyOf(ERASED) };
  expect(await run(bodies)).toEqual(['foreign', 'living']);
  expect(new Set(steps.map((step) => step.split(' ')[1]))).toEqual(new Set([ERASED]));
  expect(steps[0]).toBe(`shred ${ERASED}`);
  expect(steps).toContain(`objects ${ERASED}`);
  expect(steps).toContain(`remove ${ERASED} retired_metric`);
  // Blocks, rollups and impacts.
  expect(steps.filter((step) => step === `remove ${ERASED} heart_rate`)).toHaveLength(3);
  expect(steps).toContain(`remove ${ERASED} sessions`);
  expect(steps.slice(-3)).toEqual([`remove ${ERASED} rows`, `remove ${ERASED} user`, `empty ${ERASED}`]);
  expect(swept).toEqual([ERASED]);
});

test('USR6 the final sweep removes all the same, and asks for no other', async () => {
  const first = open();
  await first.run({ erased: bodyOf(ERASED) });
  const final = open();
  expect(await final.run({ erased: bodyOf(ERASED, true) })).toEqual([]);
  expect([final.steps, final.swept]).toEqual([first.steps, []]);
});
