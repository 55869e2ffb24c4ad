import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRebuildWorld } from '../../test/support/rebuild-world.ts';
import type { LocalDate } from '../core/instants.ts';
import { isActive } from './model.ts';

const RUNS = { seed: 20_261_121, numRuns: 60 };
const DAYS = ['2026-03-02', '2026-06-03', '2026-09-04', '2026-11-20'];

/**
 * What becomes of one delivery: handled; handled and delivered once more; killed after it saved, so that what it sent is
 * lost and it comes again; left for later, behind the others.
 */
const FATES = ['handled', 'doubled', 'killed', 'late'] as const;
const fates = fc.array(fc.constantFrom(...FATES), { minLength: 40, maxLength: 40 });

/** A killed delivery sent nothing. Those that come again after the script are handled. */
async function deliverBy(world: ReturnType<typeof createRebuildWorld>, script: readonly string[]) {
  for (let turn = 0; world.queue.length > 0; turn += 1) {
    const message = world.queue.shift();
    if (message === undefined) return;
    const waiting = world.queue.length;
    const fate = script[turn] ?? 'handled';
    if (fate === 'late') {
      world.queue.push(message);
      continue;
    }
    await world.deliver(message);
    if (fate === 'doubled') await world.deliver({ ...message, receiveCount: 0 });
    if (fate === 'killed' && message.receiveCount < 4) {
      world.queue.length = waiting;
      world.queue.push(message);
    }
    expect(turn).toBeLessThan(500);
  }
}

test('RBD2 killed, doubled and late messages neither stop a rebuild nor make it count anything twice', async () => {
  await fc.assert(
    fc.asyncProperty(fates, async (script) => {
      const world = createRebuildWorld();
      await world.ingest(DAYS.map((day) => ({ source: 'w', start: `${day}T08:00:00Z`, value: 7 })));
      world.ageRows();
      world.stopAfterEachMove();
      const { rebuildId } = await world.start({});
      await deliverBy(world, script);
      const job = world.rebuilds.jobs.get(rebuildId);
      expect(job).toMatchObject({ state: 'done', counts: { userCount: 1, computedCount: DAYS.length } });
      expect(world.rebuilds.activeCount(world.scope.workspaceId)).toBe(0);
    }),
    RUNS,
  );
});

test('RBD6 whatever happens to the messages of several changes, every row follows the last one', async () => {
  const order = fc.constantFrom<readonly string[]>(['garmin'], ['apple_health'], ['device:phone']);
  await fc.assert(
    fc.asyncProperty(fates, fc.array(order, { minLength: 1, maxLength: 3 }), async (script, orders) => {
      const world = createRebuildWorld();
      await world.ingest(
        DAYS.flatMap((day) => [
          { source: 'w' as const, start: `${day}T08:00:00Z`, value: 7 },
          { source: 'p' as const, start: `${day}T08:00:00Z`, value: 70 },
        ]),
      );
      world.stopAfterEachMove();
      for (const [index, steps] of orders.entries()) {
        await world.put({ steps });
        if (index % 2 === 0) await world.deliverOne();
      }
      await deliverBy(world, script);
      const found = await world.recomputations.load(world.scope);
      expect(found === undefined || !isActive(found)).toBe(true);
      const sum = orders.at(-1)?.[0] === 'garmin' ? 7 : 70;
      for (const day of DAYS)
        expect(await world.row(day as LocalDate)).toMatchObject({ status: 'READY', sum });
    }),
    RUNS,
  );
});
