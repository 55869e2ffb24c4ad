import { expect, test } from 'vitest';
import { ProviderSyncInput } from '../../../contracts/commands/provider-sync-step.ts';
import { ProviderUnavailable } from '../../../lib/connections/syncs/run-workflow.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { manualClock } from '../../../test/contract-suites/store-fixtures.ts';
import { createWorkflowHandler } from './create-workflow-handler.ts';

const INPUT = {
  workspaceId: 'ws',
  userId: 'usr',
  connectionId: 'con',
  syncId: 'syn',
  correlationId: 'corr',
};

function step(handle: () => Promise<string>) {
  const lines: [string, Readonly<Record<string, unknown>>][] = [];
  let flushCount = 0;
  const handler = createWorkflowHandler({
    step: 'fetch-pages',
    parse: (input) => ProviderSyncInput.parse(input),
    handle,
    outcomeOf: (answer) => answer,
    settings: {
      clock: manualClock(),
      log: { write: (code, fields) => void lines.push([code, fields]) },
      meter: {
        add: () => undefined,
        flush: () => {
          flushCount += 1;
        },
      },
    },
  });
  return { run: (input: unknown = INPUT) => handler(input, {}), lines, flushes: () => flushCount };
}

test('CON23 a step answers what it came to, and says so once', async () => {
  const { run, lines, flushes } = step(async () => 'more');
  expect(await run()).toBe('more');
  expect(lines).toEqual([
    [
      'WORKFLOW_STEP_COMPLETED',
      { correlationId: 'corr', step: 'fetch-pages', outcome: 'more', durationMs: 0 },
    ],
  ]);
  expect(flushes()).toBe(1);
});

test('CON27 what passes has the error name that the machine tries again, everything else its own', async () => {
  const passing = [
    new ProviderUnavailable('provider calls fail: unavailable'),
    new AppError('server.unavailable', 'the database did not answer'),
  ];
  for (const error of passing) {
    const { run, lines } = step(() => Promise.reject(error));
    await expect(run()).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(lines.map(([code]) => code)).toEqual(['WORKFLOW_STEP_RETRIED']);
  }
  const { run, lines, flushes } = step(() => Promise.reject(new TypeError('token hw_secret is odd')));
  const failure: unknown = await run().catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'TypeError' });
  expect(failure instanceof Error ? failure.message : '').not.toContain('hw_secret');
  expect(JSON.stringify(lines)).not.toContain('hw_secret');
  expect(lines.map(([code]) => code)).toEqual(['WORKFLOW_STEP_FAILED']);
  expect(flushes()).toBe(1);
});

test('CON23 an input that is none of ours is a failure that no repeat mends', async () => {
  const { run } = step(async () => 'more');
  await expect(run({ workspaceId: 'ws' })).rejects.toMatchObject({ name: 'ZodError' });
});
