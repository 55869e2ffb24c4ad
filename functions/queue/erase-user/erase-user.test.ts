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

const bodyOf = (userId: string, workspaceId = WS) =>
  JSON.stringify({
    'detail-type': USER_ERASED_V1,
    detail: { id: 'e', workspaceId, userId, seq: 3, correlationId: 'c', committedAtMs: 1, erasedAtMs: 1 },
  });

test('USR6 each user of a batch is removed alone: one who is not erased, or an id of no user, fails without the others', async () => {
  const steps: string[] = [];
  const handler = createEraseUserHandler({
    deps: {
      heads: { load: async ({ userId }: UserScope) => head(userId === ERASED ? 1 : undefined) },
      dataKeys: { shred: async ({ userId }) => void steps.push(`shred ${userId}`) },
      leftovers: {
        remove: async ({ userId }, place) => {
          steps.push(`remove ${userId} ${'metric' in place ? place.metric : `all but ${place.keepSeq}`}`);
          return 1;
        },
        emptyHead: async ({ userId }) => void steps.push(`empty ${userId}`),
      },
    },
    settings: {
      clock: { now: () => 0 as EpochMs, sleep: async () => undefined },
      log: silentLog,
      meter: silentMeter,
    },
  });
  const bodies = { living: bodyOf(LIVING), foreign: bodyOf('usr_1#M#steps'), erased: bodyOf(ERASED) };
  const Records = Object.entries(bodies).map(([messageId, body]) => ({ messageId, body }));
  const { batchItemFailures } = await handler({ Records } as SQSEvent, {});
  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['foreign', 'living']);
  expect(new Set(steps.map((step) => step.split(' ')[1]))).toEqual(new Set([ERASED]));
  expect(steps[0]).toBe(`shred ${ERASED}`);
  expect(steps).toContain(`remove ${ERASED} retired_metric`);
  expect(steps).toContain(`remove ${ERASED} heart_rate`);
  expect(steps.at(-1)).toBe(`empty ${ERASED}`);
});
