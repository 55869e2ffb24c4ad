import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ImpactWorld,
  MINUTE_MS,
  openImpactWorld,
  sessionIdOf,
} from '../../test/support/impact-world.ts';
import { HOUR_MS } from '../core/instants.ts';
import type { OutboundEvent } from '../outbox/event-publisher.ts';

const RUNS = { seed: 20_261_121, numRuns: 20 };
const START_MS = Date.parse('2026-11-20T06:00:00Z');
const RANGE = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };
const iso = (ms: number): string => new Date(ms).toISOString();

/** One thing that a user or a device does. */
type Step =
  | { readonly kind: 'readings'; readonly hour: number; readonly value: number }
  | { readonly kind: 'session'; readonly index: number; readonly hour: number; readonly minutes: number }
  | { readonly kind: 'delete'; readonly index: number }
  | { readonly kind: 'deliver'; readonly picks: readonly number[] };

const index = fc.integer({ min: 1, max: 3 });
const hour = fc.integer({ min: 0, max: 30 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('readings' as const), hour, value: fc.integer({ min: 40, max: 180 }) }),
    fc.record({
      kind: fc.constant('session' as const),
      index,
      hour,
      minutes: fc.integer({ min: 0, max: 120 }),
    }),
    fc.record({ kind: fc.constant('delete' as const), index }),
    fc.record({ kind: fc.constant('deliver' as const), picks: fc.array(fc.nat(50), { maxLength: 4 }) }),
  ),
  { minLength: 4, maxLength: 14 },
);

async function take(world: ImpactWorld, step: Step): Promise<void> {
  switch (step.kind) {
    case 'readings':
      return world.ingest(
        Array.from({ length: 20 }, (_, slot) => ({
          at: START_MS + step.hour * HOUR_MS + slot * 3 * MINUTE_MS,
          value: step.value + slot,
        })),
      );
    case 'session': {
      const startMs = START_MS + step.hour * HOUR_MS;
      const data = {
        startedAt: iso(startMs),
        endedAt: iso(startMs + step.minutes * MINUTE_MS),
        status: 'COMPLETED',
      };
      await world.entity(`PUT sessions/${sessionIdOf(step.index)}`, data);
      return;
    }
    case 'delete':
      await world.entity(`DELETE sessions/${sessionIdOf(step.index)}`);
      return;
    case 'deliver':
      await deliver(world, step.picks);
  }
}

/** Some of the events there are, in any order, some of them again: as a queue does. */
async function deliver(world: ImpactWorld, picks: readonly number[]): Promise<void> {
  const all = await world.events();
  const batch = picks.flatMap((pick): OutboundEvent[] => {
    const event = all[pick % Math.max(1, all.length)];
    return event === undefined ? [] : [event];
  });
  await world.project(batch);
}

interface Told {
  readonly sessionId: string;
  readonly status: string;
}
async function tell(world: ImpactWorld): Promise<readonly Told[]> {
  const { body } = await world.get('listSessionImpact', RANGE);
  expect(body.isBehind).toBe(false);
  return body.impacts.map(({ computedAt: _, ...rest }: { computedAt: unknown } & Told) => rest);
}

test('SIP7 after any history and any deliveries, rows are what one projection of the end state gives, and no others', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.array(fc.nat(50), { maxLength: 8 }), async (list, order) => {
      const world = await openImpactWorld();
      for (const step of list) await take(world, step);
      await deliver(world, order);
      // Whatever was lost or came early: READY is only said of what equals the recomputation.
      const early = await tell(world);
      const all = await world.events();
      expect(await world.project([...all].reverse())).toEqual([]);
      const told = await tell(world);
      const isSettled = ({ status }: Told) => status === 'READY' || status === 'NO_DATA';
      expect(told.every(isSettled)).toBe(true);
      expect(early.filter(isSettled)).toEqual(
        told.filter((_, at) => isSettled(early[at] ?? { sessionId: '', status: '' })),
      );
      const twin = await openImpactWorld();
      for (const step of list) if (step.kind !== 'deliver') await take(twin, step);
      expect(await twin.project()).toEqual([]);
      expect(await tell(twin)).toEqual(told);
      const rows = await world.itemsOf(world.storage.tables.core, '#I#heart_rate');
      const stored = rows.map(({ sk }) => sk?.S?.split('#')[1]).sort();
      const living = told.filter(({ status }) => status === 'READY').map(({ sessionId }) => sessionId);
      expect(stored).toEqual(expect.arrayContaining(living.sort()));
      expect(new Set(stored).size).toBe(stored.length);
      expect(await world.project(all)).toEqual([]);
      expect(await tell(world)).toEqual(told);
    }),
    RUNS,
  );
});
