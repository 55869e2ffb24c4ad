import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RuleDeclaration } from '../../infra/local/assembly/declared.ts';
import { rateMs, type Schedules, startSchedules } from '../../infra/local/events/schedules.ts';
import { type Faults, noFaults } from '../../infra/local/faults/faults.ts';
import { createFlowLog } from '../../infra/local/flow/flow-log.ts';
import type { InvocationResult, Invoke } from '../../infra/local/functions/invocation.ts';
import type { EpochMs } from '../../lib/core/instants.ts';

const OK: InvocationResult = { ok: true, requestId: 'r', payload: 'null' };
const rule: RuleDeclaration = {
  name: 'schedule-syncs',
  EventBusName: 'default',
  ScheduleExpression: 'rate(1 minute)',
  State: 'ENABLED',
  Targets: [{ Id: 't', Arn: 'arn:aws:lambda:us-east-1:000000000000:function:schedule-syncs' }],
};

let schedules: Schedules | undefined;
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => {
  schedules?.stop();
  vi.useRealTimers();
});

function start(rules: readonly RuleDeclaration[], answer: Invoke, faults: Faults = noFaults) {
  const events: unknown[] = [];
  const flow = createFlowLog();
  schedules = startSchedules({
    rules,
    place: { region: 'us-east-1', accountId: '000000000000' },
    clock: { now: () => Date.parse('2026-11-21T10:00:00.123Z') as EpochMs, sleep: async () => undefined },
    invokeOf: (name) => (event) => {
      events.push([name, event]);
      return answer(event);
    },
    faults,
    flow,
  });
  return { events, flow };
}

test('a function is invoked once an interval, with the event that EventBridge sends', async () => {
  const { events, flow } = start([rule], async () => OK);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(events).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_001);
  expect(events).toHaveLength(2);
  expect(events[0]).toEqual([
    'schedule-syncs',
    {
      version: '0',
      id: expect.any(String),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: '2026-11-21T10:00:00Z',
      region: 'us-east-1',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/schedule-syncs'],
      detail: {},
    },
  ]);
  expect(flow.recent(0)[0]).toMatchObject({ stage: 'workflow', title: 'schedule-syncs ran' });
});

test('a tick is left out while the last still runs, and one that failed is told and not tried again', async () => {
  const waiting: ((result: InvocationResult) => void)[] = [];
  const { events, flow } = start([rule], () => new Promise((resolve) => waiting.push(resolve)));
  await vi.advanceTimersByTimeAsync(180_000);
  expect(events).toHaveLength(1);
  waiting[0]?.({
    ok: false,
    requestId: 'r',
    error: { errorType: 'Error', errorMessage: 'broken', trace: [] },
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(flow.recent(0)).toMatchObject([{ title: 'schedule-syncs FAILED' }]);
  expect(events).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(events).toHaveLength(2);
});

test('disabled rules and rules of the bus have no ticks, and none comes after the stop', async () => {
  const { ScheduleExpression: _none, ...onBus } = rule;
  const { events } = start(
    [{ ...rule, State: 'DISABLED' }, { ...onBus, EventPattern: { source: ['a'] } }, rule],
    async () => OK,
  );
  await vi.advanceTimersByTimeAsync(60_000);
  expect(events).toHaveLength(1);
  schedules?.stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(events).toHaveLength(1);
});

test('the fault switch makes a tick come twice', async () => {
  const { events } = start([rule], async () => OK, { ...noFaults, task: () => ({ kind: 'duplicate' }) });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(events).toHaveLength(2);
});

test.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(2 hours)', 7_200_000],
  ['rate(1 day)', 86_400_000],
])('%s', (expression, expected) => {
  expect(rateMs(expression)).toBe(expected);
});

test.each(['cron(0 12 * * ? *)', 'rate(0 minutes)', 'rate(1 fortnight)', 'rate(1 minute) '])(
  '%s is refused at the start',
  (expression) => {
    expect(() => start([{ ...rule, ScheduleExpression: expression }], async () => OK)).toThrow();
  },
);

test('a schedule that names anything but a function is refused at the start', () => {
  const queue = { ...rule, Targets: [{ Id: 't', Arn: 'arn:aws:sqs:us-east-1:000000000000:q' }] };
  expect(() => start([queue], async () => OK)).toThrow(/no function/);
});
