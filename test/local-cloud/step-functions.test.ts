import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, expect, test, vi } from 'vitest';
import { type Faults, noFaults } from '../../infra/local/faults/faults.ts';
import { createFlowLog } from '../../infra/local/flow/flow-log.ts';
import type { InvocationResult } from '../../infra/local/functions/invocation.ts';
import { type ServicesServer, startServices } from '../../infra/local/services/server.ts';
import { readDefinition } from '../../infra/local/workflows/definition.ts';
import { openExecutionStore } from '../../infra/local/workflows/execution-store.ts';
import { createStepFunctions } from '../../infra/local/workflows/step-functions.ts';
import { createSyncWorkflow } from '../../lib/adapters/sfn/sync-workflow.ts';
import { systemClock } from '../../lib/core/clock.ts';

const PLACE = { region: 'us-east-1', accountId: '000000000000' };
const ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:sync';
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/** The shape of the provider sync: slices until done, waits for a quota, fails by a task of its own. */
const SYNC = {
  StartAt: 'FetchPages',
  States: {
    FetchPages: {
      Type: 'Task',
      Resource: functionArn('fetch-pages'),
      ResultPath: '$.slice',
      Retry: [{ ErrorEquals: ['ProviderUnavailable'], MaxAttempts: 2, IntervalSeconds: 1 }],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Fail' }],
      Next: 'Outcome',
    },
    Outcome: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.slice.outcome', StringEquals: 'more', Next: 'FetchPages' },
        { Variable: '$.slice.outcome', StringEquals: 'wait', Next: 'Wait' },
      ],
      Default: 'Finish',
    },
    Wait: { Type: 'Wait', SecondsPath: '$.slice.waitSec', Next: 'FetchPages' },
    Finish: { Type: 'Task', Resource: functionArn('finish-sync'), ResultPath: '$.finished', End: true },
    Fail: {
      Type: 'Task',
      Resource: functionArn('finish-sync'),
      Parameters: { outcome: 'failed', 'syncId.$': '$.syncId', 'error.$': '$.error.Error' },
      End: true,
    },
  },
};

type Reply = object | Error | 'never';
const ok = (body: unknown): InvocationResult => ({
  ok: true,
  requestId: 'r',
  payload: JSON.stringify(body),
});
const failed = (error: Error): InvocationResult => ({
  ok: false,
  requestId: 'r',
  error: { errorType: error.name, errorMessage: error.message, trace: [] },
});
const named = (name: string) => Object.assign(new Error('told by the provider'), { name });

const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next();
});

interface Opened {
  readonly sfn: SFNClient;
  readonly calls: (readonly [string, unknown])[];
  readonly flow: ReturnType<typeof createFlowLog>;
  readonly services: ServicesServer;
  stop(): void;
}

async function open(
  replies: readonly Reply[],
  {
    directory = mkdtempSync(join(tmpdir(), 'sfn-')),
    definition = SYNC,
    faults = noFaults,
  }: { readonly directory?: string; readonly definition?: object; readonly faults?: Faults } = {},
): Promise<Opened> {
  const store = openExecutionStore(join(directory, 'executions.db'));
  const flow = createFlowLog();
  const left = [...replies];
  const calls: (readonly [string, unknown])[] = [];
  const stepFunctions = createStepFunctions({
    machines: [
      { name: 'sync', arn: ARN, StateMachineType: 'STANDARD', DefinitionString: JSON.stringify(definition) },
    ],
    place: PLACE,
    store,
    faults,
    flow,
    clock: systemClock,
    randomName: () => 'drawn',
  });
  const services = await startServices(stepFunctions.operations, async () => undefined);
  stepFunctions.begin((functionName) => async (event) => {
    calls.push([functionName, event]);
    if (functionName === 'finish-sync') return ok(event);
    const reply = left.shift() ?? { outcome: 'done' };
    if (reply === 'never') return new Promise<InvocationResult>(() => {});
    return reply instanceof Error ? failed(reply) : ok(reply);
  });
  const sfn = new SFNClient({
    endpoint: services.endpoint,
    region: PLACE.region,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  const stop = () => stepFunctions.stop();
  stops.push(async () => {
    stop();
    sfn.destroy();
    await services.stop();
    store.close();
  });
  return { sfn, calls, flow, services, stop };
}

const input = (syncId: string) => JSON.stringify({ syncId });
const start = (sfn: SFNClient, name: string, text = input(name)) =>
  sfn.send(new StartExecutionCommand({ stateMachineArn: ARN, name, input: text }));
const arnOf = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:sync:${name}`;
const describe = (sfn: SFNClient, name: string) =>
  sfn.send(new DescribeExecutionCommand({ executionArn: arnOf(name) }));
async function ended(sfn: SFNClient, name: string) {
  await expect
    .poll(async () => (await describe(sfn, name)).status, { timeout: 10_000, interval: 10 })
    .not.toBe('RUNNING');
  return describe(sfn, name);
}
/** A retry and a wait take no time, and are asked for by their length. */
function skipTime(): readonly number[] {
  const asked: number[] = [];
  const real = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, delayMs = 0, ...rest: []) => {
    const isWait = delayMs >= 1_000 && delayMs <= 120_000 && new Error('where').stack?.includes('sleep');
    if (isWait === true) asked.push(delayMs);
    return real(callback, isWait === true ? 0 : delayMs, ...rest);
  }) as typeof setTimeout);
  return asked;
}

test('slices go on while there is more, and each state entered is counted', async () => {
  const { sfn, calls, flow } = await open([{ outcome: 'more' }, { outcome: 'more' }]);
  expect(await start(sfn, 's1')).toMatchObject({ executionArn: arnOf('s1'), startDate: expect.any(Date) });
  const execution = await ended(sfn, 's1');
  expect(execution).toMatchObject({
    status: 'SUCCEEDED',
    name: 's1',
    stateMachineArn: ARN,
    input: input('s1'),
    stopDate: expect.any(Date),
  });
  expect(JSON.parse(execution.output ?? '')).toMatchObject({ syncId: 's1', slice: { outcome: 'done' } });
  expect(calls.map(([name]) => name)).toEqual([...Array(3).fill('fetch-pages'), 'finish-sync']);
  // Three slices, three choices, one finish.
  expect(flow.totals().stateTransitions).toBe(7);
  expect(flow.recent(0)).toMatchObject([
    { stage: 'workflow', title: 'sync SUCCEEDED', detail: { execution: 's1', transitions: 7 } },
  ]);
});

test('a wait lasts as long as the task before it said', async () => {
  const asked = skipTime();
  const { sfn } = await open([{ outcome: 'wait', waitSec: 42 }]);
  await start(sfn, 's1');
  expect((await ended(sfn, 's1')).status).toBe('SUCCEEDED');
  expect(asked).toEqual([42_000]);
});

test('a function’s error is retried by its type, with the back-off of the definition', async () => {
  const asked = skipTime();
  const { sfn, calls, flow } = await open([named('ProviderUnavailable'), named('ProviderUnavailable')]);
  await start(sfn, 's1');
  expect((await ended(sfn, 's1')).status).toBe('SUCCEEDED');
  expect(asked).toEqual([1_000, 2_000]);
  expect(calls.filter(([name]) => name === 'fetch-pages')).toHaveLength(3);
  // One slice, two retries of it, a choice, the finish.
  expect(flow.totals().stateTransitions).toBe(5);
});

test('what no retry mends is caught, and the next task is told the error’s name', async () => {
  const { sfn, calls } = await open([named('NeedsReauth')]);
  await start(sfn, 's1');
  expect((await ended(sfn, 's1')).status).toBe('SUCCEEDED');
  expect(calls.at(-1)).toEqual(['finish-sync', { outcome: 'failed', syncId: 's1', error: 'NeedsReauth' }]);
});

test('a task that waits for a free thread does not run out of time', async () => {
  const limited = structuredClone(SYNC) as { States: { FetchPages: { TimeoutSeconds?: number } } };
  limited.States.FetchPages.TimeoutSeconds = 1;
  const { sfn } = await open(['never'], { definition: limited });
  const timers = vi.spyOn(globalThis, 'setTimeout');
  await start(sfn, 's1');
  await expect.poll(() => timers.mock.calls.map(([, delayMs]) => delayMs)).toContain(2_000_000_000);
  expect((await describe(sfn, 's1')).status).toBe('RUNNING');
});

test('what nothing catches fails the execution, with error and cause', async () => {
  const definition = {
    StartAt: 'Only',
    States: { Only: { Type: 'Task', Resource: functionArn('fetch-pages'), End: true } },
  };
  const { sfn } = await open([named('TypeError')], { definition });
  await start(sfn, 's1');
  const execution = await ended(sfn, 's1');
  expect(execution).toMatchObject({ status: 'FAILED', error: 'TypeError' });
  expect(JSON.parse(execution.cause ?? '')).toMatchObject({
    errorType: 'TypeError',
    errorMessage: 'told by the provider',
  });
  expect(execution.output).toBeUndefined();
});

test('the same name and input while it runs is the same execution; anything else is refused', async () => {
  const { sfn, calls } = await open(['never']);
  const first = await start(sfn, 's1');
  expect(await start(sfn, 's1')).toMatchObject({
    executionArn: first.executionArn,
    startDate: first.startDate,
  });
  expect(calls).toHaveLength(1);
  await expect(start(sfn, 's1', input('other'))).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
});

test('a closed execution keeps its name, also for the same input', async () => {
  const { sfn, calls } = await open([]);
  await start(sfn, 's1');
  await ended(sfn, 's1');
  await expect(start(sfn, 's1')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  expect(calls).toHaveLength(2);
});

test('the adapter of syncs starts one execution per sync and attempt', async () => {
  const { sfn, calls } = await open(['never']);
  const workflow = createSyncWorkflow(sfn, ARN);
  const wanted = {
    workspaceId: 'ws_1',
    userId: 'usr_1',
    connectionId: 'con_1',
    syncId: 's1',
    correlationId: 'cor_1',
  };
  expect(await workflow.start(wanted, 1)).toBe('started');
  expect(await workflow.start(wanted, 1)).toBe('started');
  expect(calls).toEqual([['fetch-pages', wanted]]);
  expect(await workflow.start(wanted, 2)).toBe('started');
  expect((await ended(sfn, 's1-2')).status).toBe('SUCCEEDED');
  expect(await workflow.start(wanted, 2)).toBe('ended');
});

test('what ran when the local cloud ended begins again at the next start, and what had ended does not', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sfn-'));
  const first = await open([{ outcome: 'done' }, 'never'], { directory });
  await start(first.sfn, 'done');
  await ended(first.sfn, 'done');
  await start(first.sfn, 'half');
  await expect.poll(() => first.calls.length).toBe(3);
  first.stop();
  const second = await open([{ outcome: 'done' }], { directory });
  expect((await ended(second.sfn, 'half')).status).toBe('SUCCEEDED');
  expect(second.calls.map(([name, event]) => [name, (event as { syncId: string }).syncId])).toEqual([
    ['fetch-pages', 'half'],
    ['finish-sync', 'half'],
  ]);
});

test('executions are listed by state, the newest first', async () => {
  const { sfn } = await open([{ outcome: 'done' }, 'never']);
  await start(sfn, 's1');
  await ended(sfn, 's1');
  await start(sfn, 's2');
  const list = async (statusFilter?: 'RUNNING' | 'FAILED') => {
    const command = new ListExecutionsCommand({
      stateMachineArn: ARN,
      ...(statusFilter === undefined ? {} : { statusFilter }),
    });
    return (await sfn.send(command)).executions?.map(({ name }) => name);
  };
  expect(await list()).toEqual(['s2', 's1']);
  expect(await list('RUNNING')).toEqual(['s2']);
  expect(await list('FAILED')).toEqual([]);
});

test.each([
  ['StateMachineDoesNotExist', { stateMachineArn: `${ARN}x`, name: 'n' }],
  ['InvalidExecutionInput', { stateMachineArn: ARN, name: 'n', input: '{' }],
  ['InvalidExecutionInput', { stateMachineArn: ARN, name: 'n', input: `"${'x'.repeat(262_143)}"` }],
  ['ValidationException', { stateMachineArn: ARN, name: 'a name with spaces' }],
])('%s is what AWS answers too', async (name, command) => {
  const { sfn, calls } = await open([]);
  await expect(sfn.send(new StartExecutionCommand(command))).rejects.toMatchObject({ name });
  await expect(describe(sfn, 'nobody')).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
  expect(calls).toEqual([]);
});

test('the fault switch runs a task twice, loses its answer or does not run it; retries mend that', async () => {
  skipTime();
  const drawn: Faults['task'][] = ['duplicate', 'lost-answer', 'drop'].map(
    (kind) => () => ({ kind }) as ReturnType<Faults['task']>,
  );
  const faults: Faults = { ...noFaults, task: () => drawn.shift()?.() ?? { kind: 'none' } };
  const retrying = structuredClone(SYNC);
  retrying.States.FetchPages.Retry[0]?.ErrorEquals.push('Lambda.ServiceException');
  const { sfn, calls } = await open([{ outcome: 'more' }, { outcome: 'more' }], {
    faults,
    definition: retrying,
  });
  await start(sfn, 's1');
  expect((await ended(sfn, 's1')).status).toBe('SUCCEEDED');
  // Twice; once with its answer lost; not at all; and once as it should.
  expect(calls.filter(([name]) => name === 'fetch-pages')).toHaveLength(4);
});

test.each([
  ['a map', { Type: 'Map', End: true }],
  [
    'a call of another service',
    { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', Parameters: {}, End: true },
  ],
])('%s is refused rather than half served', (_what, state) => {
  expect(() => readDefinition(JSON.stringify({ StartAt: 'S', States: { S: state } }))).toThrow();
});
