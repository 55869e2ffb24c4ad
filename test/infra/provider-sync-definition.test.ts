import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { expect, test } from 'vitest';
import { providerSyncDefinition } from '../../infra/constructs/provider-sync-definition.ts';
import { readDefinition } from '../../infra/local/workflows/definition.ts';
import { synthesise } from './synthesise.ts';

const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const definition = providerSyncDefinition({
  prepareArn: arn('prepare'),
  fetchArn: arn('fetch'),
  finishArn: arn('finish'),
});
const INPUT = {
  workspaceId: 'ws_1',
  userId: 'usr_1',
  connectionId: 'con_1',
  syncId: 'syn_1',
  correlationId: 'cor_1',
};

type Step = 'Prepare' | 'FetchPages' | 'Finish' | 'Fail';
type Reply = Readonly<Record<string, string | number>> | Error;
const named = (name: string) => Object.assign(new Error('the provider said 503'), { name });

/** Runs one sync; each step gives its replies in turn, the last of them for ever. */
async function run(replies: Partial<Record<Step, readonly [Reply, ...Reply[]]>>) {
  const calls: (readonly [Step, unknown])[] = [];
  const handler = (step: Step, byDefault: Reply) => {
    const left = [...(replies[step] ?? [byDefault])];
    return (input: unknown) => {
      calls.push([step, input]);
      const reply = left.length > 1 ? left.shift() : left[0];
      if (reply === undefined || reply instanceof Error) throw reply ?? new Error('no reply');
      return reply;
    };
  };
  const retryAtOnce = Array.from({ length: 2 }, () => 0);
  // The library checks every field and path of the definition.
  const machine = new StateMachine(definition as StateMachineDefinition);
  const result = machine.run(INPUT, {
    overrides: {
      taskResourceLocalHandlers: {
        Prepare: handler('Prepare', { outcome: 'run' }),
        FetchPages: handler('FetchPages', { outcome: 'done', waitSec: 0 }),
        Finish: handler('Finish', {}),
        Fail: handler('Fail', {}),
      },
      waitTimeOverrides: { Wait: 0 },
      retryIntervalOverrides: {
        Prepare: retryAtOnce,
        FetchPages: retryAtOnce,
        Finish: retryAtOnce,
        Fail: retryAtOnce,
      },
    },
  }).result;
  return { calls, steps: () => calls.map(([step]) => step), result };
}

test('each step gets the five ids that started the execution, and nothing else', async () => {
  const { calls, result } = await run({
    FetchPages: [{ outcome: 'more', waitSec: 0, secret: 'x' }, { outcome: 'done' }],
  });
  await result;
  expect(calls).toEqual([
    ['Prepare', INPUT],
    ['FetchPages', INPUT],
    ['FetchPages', INPUT],
    ['Finish', { ...INPUT, outcome: 'done' }],
  ]);
});

test('a sync that is not wanted any more ends after its first step', async () => {
  const { steps, result } = await run({ Prepare: [{ outcome: 'stop' }] });
  await result;
  expect(steps()).toEqual(['Prepare']);
});

test('a wait leads back to the pages', async () => {
  const { steps, result } = await run({
    FetchPages: [
      { outcome: 'wait', waitSec: 900 },
      { outcome: 'done', waitSec: 0 },
    ],
  });
  await result;
  expect(steps()).toEqual(['Prepare', 'FetchPages', 'FetchPages', 'Finish']);
});

test('a provider that is unavailable is asked four times in all, and then the sync has failed', async () => {
  const { calls, steps, result } = await run({ FetchPages: [named('ProviderUnavailable')] });
  await result;
  expect(steps().filter((step) => step === 'FetchPages')).toHaveLength(4);
  expect(calls.at(-1)).toEqual(['Fail', { ...INPUT, outcome: 'failed', error: 'ProviderUnavailable' }]);
});

test('retries are counted anew for each slice', async () => {
  const fault = named('ProviderUnavailable');
  const more = { outcome: 'more', waitSec: 0 };
  const { steps, result } = await run({
    FetchPages: [fault, fault, fault, more, fault, fault, fault, { outcome: 'done', waitSec: 0 }],
  });
  await result;
  expect(steps().at(-1)).toBe('Finish');
});

test('any other error ends the sync at once, and only its name is passed on', async () => {
  const { calls, steps, result } = await run({ FetchPages: [named('NeedsReauth')] });
  await result;
  expect(steps()).toEqual(['Prepare', 'FetchPages', 'Fail']);
  expect(JSON.stringify(calls)).not.toContain('503');
});

test.each(['Prepare', 'Finish'] as const)('what goes wrong in %s is written down too', async (step) => {
  const { calls, result } = await run({ [step]: [named('TypeError')] });
  await result;
  expect(calls.at(-1)).toEqual(['Fail', { ...INPUT, outcome: 'failed', error: 'TypeError' }]);
});

test('an execution fails only when not even that could be written down', async () => {
  const { steps, result } = await run({ FetchPages: [named('A')], Fail: [named('StoreUnavailable')] });
  await expect(result).rejects.toThrow();
  expect(steps().filter((step) => step === 'Fail')).toHaveLength(7);
});

test('the local cloud runs this definition, which has a time limit on every task', () => {
  const { functionNames } = readDefinition(JSON.stringify(definition));
  expect([...new Set(functionNames.values())].sort()).toEqual(['fetch', 'finish', 'prepare']);
  const limits = Object.values((definition as StateMachineDefinition).States).flatMap((state) =>
    state.Type === 'Task' ? [state.TimeoutSeconds] : [],
  );
  expect(limits).toEqual([40, 310, 70, 70]);
});

test('the state machine logs without data, traces, and is encrypted with the customer’s key', () => {
  const [[, machine] = expect.fail('no state machine'), ...others] = synthesise('prod').ofType(
    'AWS::StepFunctions::StateMachine',
  );
  expect(others).toEqual([]);
  expect(machine.Properties).toMatchObject({
    StateMachineName: 'headwater-prod-provider-sync',
    StateMachineType: 'STANDARD',
    LoggingConfiguration: { IncludeExecutionData: false, Level: 'ALL' },
    TracingConfiguration: { Enabled: true },
    EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: expect.anything() },
  });
});
