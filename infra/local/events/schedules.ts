import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../lib/core/clock.ts';
import { lastPart, type RuleDeclaration } from '../assembly/declared.ts';
import type { Place } from '../assembly/resolver.ts';
import type { Faults } from '../faults/faults.ts';
import type { FlowLog } from '../flow/flow-log.ts';
import type { Invoke } from '../functions/invocation.ts';

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

export interface ScheduleSettings {
  readonly rules: readonly RuleDeclaration[];
  readonly place: Place;
  readonly clock: Clock;
  readonly invokeOf: (functionName: string) => Invoke;
  readonly faults: Faults;
  readonly flow: FlowLog;
}

export interface Schedules {
  /** No further tick; one that runs is not waited for. */
  stop(): void;
}

/** `rate(5 minutes)` in milliseconds; throws on anything else, such as a cron expression. */
export function rateMs(expression: string): number {
  const [, count = '', unit = ''] = /^rate\((\d{1,6}) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (unit !== 'minute' && unit !== 'hour' && unit !== 'day') {
    throw new Error(`"${expression}" is not served here: only rate(n minutes), hours or days`);
  }
  if (Number(count) === 0) throw new Error(`"${expression}" never comes`);
  return Number(count) * UNIT_MS[unit];
}

/**
 * Invokes the targets of every enabled rule with a schedule, for the first time one interval from now. A tick
 * that fails is not tried again, and one that comes while the last still runs is left out: the next does it.
 */
export function startSchedules(settings: ScheduleSettings): Schedules {
  const timers = settings.rules.flatMap((rule) => {
    if (rule.ScheduleExpression === undefined || rule.State !== 'ENABLED') return [];
    const tick = createTick(rule, settings);
    return [setInterval(() => void tick(), rateMs(rule.ScheduleExpression))];
  });
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

function createTick(rule: RuleDeclaration, settings: ScheduleSettings): () => Promise<void> {
  const targets = rule.Targets.map(({ Arn }) => {
    if (!Arn.startsWith('arn:aws:lambda:'))
      throw new Error(`rule ${rule.name}: target ${Arn} is no function`);
    return { name: lastPart(Arn), invoke: settings.invokeOf(lastPart(Arn)) };
  });
  let isRunning = false;
  return async () => {
    if (isRunning) return;
    isRunning = true;
    const event = toScheduledEvent(rule.name, settings);
    await Promise.all(
      targets.map(async ({ name, invoke }) => {
        const isOk = await invokeWithFaults(invoke, event, settings.faults);
        settings.flow.add('workflow', `${name} ${isOk ? 'ran' : 'FAILED'}`, { rule: rule.name });
      }),
    );
    isRunning = false;
  };
}

/** At least once is what EventBridge promises of a tick that is acknowledged: a dropped one may come late. */
async function invokeWithFaults(invoke: Invoke, event: object, faults: Faults): Promise<boolean> {
  const fault = faults.task();
  if (fault.kind === 'delay') await sleep(fault.delayMs);
  if (fault.kind !== 'none' && fault.kind !== 'delay') await invoke(event);
  return (await invoke(event)).ok;
}

/** As EventBridge hands it to a function ("Scheduled Events", Lambda developer guide). */
const toScheduledEvent = (ruleName: string, { place, clock }: ScheduleSettings): object => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: place.accountId,
  time: new Date(clock.now()).toISOString().replace(/\.\d{3}Z$/, 'Z'),
  region: place.region,
  resources: [`arn:aws:events:${place.region}:${place.accountId}:rule/${ruleName}`],
  detail: {},
});
