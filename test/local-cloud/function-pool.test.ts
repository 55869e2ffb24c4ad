import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResourceLimits } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { ThreadPool } from '../../infra/local/functions/function-pool.ts';
import type { InvocationResult } from '../../infra/local/functions/invocation.ts';

const directory = mkdtempSync(join(tmpdir(), 'pool-'));
const entry = join(directory, 'index.mjs');
writeFileSync(
  entry,
  `let calls = 0;
   import { resourceLimits } from 'node:worker_threads';
   export const handler = async (event, context) => {
     calls += 1;
     switch (event.do) {
       case 'throw': throw Object.assign(new TypeError('broken'), {});
       case 'hang': return new Promise(() => {});
       case 'exit': process.exit(3);
       case 'large': return 'x'.repeat(7_000_000);
       case 'limits': return resourceLimits;
       case 'log': console.log('a line'); return null;
       case 'grow': { const held = []; for (;;) held.push(new Array(1e5).fill({})); }
       default: return { calls, stage: process.env.STAGE, home: process.env.HOME ?? 'unset', name: context.functionName, leftMs: context.getRemainingTimeInMillis() };
     }
   };`,
);

function open(
  change: {
    readonly timeoutMs?: number;
    readonly maxThreadCount?: number;
    readonly entry?: string;
    readonly nodeOptions?: string;
  } = {},
) {
  const pool = new ThreadPool({
    declaration: {
      name: 'f',
      arn: 'arn:f',
      entry: change.entry ?? entry,
      exportName: 'handler',
      timeoutMs: change.timeoutMs ?? 5_000,
      memoryMiB: 64,
      reservedConcurrency: undefined,
      environment: {},
    },
    environment: {
      STAGE: 'dev',
      ...(change.nodeOptions === undefined ? {} : { NODE_OPTIONS: change.nodeOptions }),
    },
    maxThreadCount: change.maxThreadCount ?? 1,
    logDirectory: directory,
  });
  pools.push(pool);
  return pool;
}
const pools: ThreadPool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.stop())));

const answerOf = (result: InvocationResult): unknown =>
  result.ok ? JSON.parse(result.payload) : result.error;

test('P6 a function has its own environment and nothing of the machine, and stays warm', async () => {
  const pool = open();
  const first = answerOf(await pool.invoke({}));
  expect(first).toMatchObject({ calls: 1, stage: 'dev', home: 'unset', name: 'f' });
  expect((first as { leftMs: number }).leftMs).toBeGreaterThan(4_000);
  expect(answerOf(await pool.invoke({}))).toMatchObject({ calls: 2 });
});

test('events beyond the concurrency wait their turn', async () => {
  const pool = open();
  const answers = await Promise.all([1, 2, 3].map(() => pool.invoke({})));
  expect(answers.map((answer) => (answerOf(answer) as { calls: number }).calls)).toEqual([1, 2, 3]);
});

test('what a function throws is in the error envelope, and the thread goes on', async () => {
  const pool = open();
  const result = await pool.invoke({ do: 'throw' });
  expect(answerOf(result)).toMatchObject({ errorType: 'TypeError', errorMessage: 'broken' });
  expect(answerOf(await pool.invoke({}))).toMatchObject({ calls: 2 });
});

test.each([
  ['a time-out', 'hang', 'Sandbox.Timedout'],
  ['a process that ends itself', 'exit', 'Runtime.ExitError'],
  ['an answer above 6 MB', 'large', 'Function.ResponseSizeTooLarge'],
  ['too much memory', 'grow', 'Runtime.Error'],
])('%s fails that event alone', async (_name, what, errorType) => {
  const pool = open({ timeoutMs: what === 'hang' ? 300 : 10_000 });
  const result = await pool.invoke({ do: what });
  expect(answerOf(result)).toMatchObject({ errorType });
  expect(result.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect((await pool.invoke({})).ok).toBe(true);
});

test('a bundle that cannot be loaded fails the event with the reason', async () => {
  const result = await open({ entry: join(directory, 'nothing.mjs') }).invoke({});
  expect(result.ok).toBe(false);
  expect(JSON.stringify(answerOf(result))).toContain('nothing.mjs');
});

test('what a function prints is in its log', async () => {
  const pool = open();
  await pool.invoke({ do: 'log' });
  await expect.poll(() => readFileSync(join(directory, 'f.log'), 'utf8')).toContain('a line');
});

test('a function has the young generation that its NODE_OPTIONS say, and otherwise Node’s own', async () => {
  const limits = await open({ nodeOptions: '--max-semi-space-size=4' }).invoke({ do: 'limits' });
  expect(answerOf(limits)).toMatchObject({ maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 64 });
  const { maxYoungGenerationSizeMb } = answerOf(await open().invoke({ do: 'limits' })) as ResourceLimits;
  expect(maxYoungGenerationSizeMb).toBeGreaterThan(12);
});
