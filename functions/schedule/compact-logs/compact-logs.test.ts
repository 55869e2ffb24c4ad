import { beforeEach, expect, test } from 'vitest';
import { createLogCompaction } from '../../../lib/adapters/dynamo/log-compaction.ts';
import { DAY_MS } from '../../../lib/core/instants.ts';
import type { LogCompaction } from '../../../lib/sync/compaction/log-compaction.ts';
import { logTablesOf } from '../../../test/contract-suites/store-fixtures.ts';
import { createEntityLogWorld, type EntityLogWorld } from '../../../test/support/entity-log-world.ts';
import { createCompactLogsHandler } from './handler.ts';

let world: EntityLogWorld;
let lines: unknown[];
let counted: unknown[];
beforeEach(async () => {
  world = await createEntityLogWorld();
  [lines, counted] = [[], []];
  for (const text of ['one', 'two']) await world.commit([{ type: 'songs', id: 's1', data: { text } }]);
});

const handlerWith = (parts: Partial<LogCompaction> = {}) =>
  createCompactLogsHandler({
    logs: { ...createLogCompaction(logTablesOf(world.storage)), ...parts },
    settings: {
      clock: world.clock,
      log: { write: (code, fields) => void lines.push({ code, ...fields }) },
      meter: { add: (...figure) => void counted.push(figure), flush: () => void counted.push('flushed') },
    },
  });

test('SYN58 a run says how many logs were due and how many entries went', async () => {
  await handlerWith()();
  world.clock.advance(90 * DAY_MS);
  await handlerWith()();
  expect(lines).toMatchObject([
    { code: 'SCHEDULE_COMPLETED', dueCount: 0 },
    { code: 'SCHEDULE_COMPLETED', dueCount: 1 },
  ]);
  expect(counted).toEqual([
    ['SyncLogEntriesCompacted', 0],
    'flushed',
    ['SyncLogEntriesCompacted', 2],
    'flushed',
  ]);
});

test('SYN58 a log that cannot be compacted fails the run, so that somebody is told', async () => {
  world.clock.advance(90 * DAY_MS);
  const failing = handlerWith({
    readOldest: async () => {
      throw new Error('no answer');
    },
  });
  await expect(failing()).rejects.toThrow('no answer');
  expect(lines).toMatchObject([{ code: 'SCHEDULE_FAILED' }]);
  expect(counted.at(-1)).toBe('flushed');
});
