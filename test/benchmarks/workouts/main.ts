import { performance } from 'node:perf_hooks';
import { compareSources } from '../../../lib/projections/priorities.ts';
import { orderWorkouts } from '../../../lib/workouts/grouping/compare-workouts.ts';
import { groupWorkouts } from '../../../lib/workouts/grouping/group-workouts.ts';
import { manyWorkouts } from '../../fixtures/workouts/many-workouts.ts';
import { machineLine, table, thousands, writeSection } from '../document.ts';

/** `node test/benchmarks/workouts/main.ts`: copies among many workouts of one user, found anew. */
const COUNTS = [1_000, 10_000, 50_000] as const;
const RUN_COUNT = 5;
const GOAL_MS = 2_000;
const CELLS = Array.from({ length: 256 }, (_, index) => index * 16_000_000);

const rules = {
  isKeptApart: () => false,
  ...orderWorkouts({ order: [], compareSources: compareSources([]), chosenSeqOf: () => undefined }),
};

const rows = COUNTS.map((count) => {
  // Each with a track of the most cells that a sketch has: comparing ways is the dearest signal.
  const workouts = manyWorkouts(count).map((workout) => ({ ...workout, cells: [...CELLS] }));
  const tookMs = Array.from({ length: RUN_COUNT }, () => {
    const startedMs = performance.now();
    const groups = groupWorkouts(workouts, rules);
    if (groups.length !== count / 2) throw new Error(`${groups.length} groups of ${count} workouts`);
    return performance.now() - startedMs;
  }).sort((left, right) => left - right);
  const [best = 0] = tookMs;
  const worst = tookMs.at(-1) ?? 0;
  return [thousands(count), thousands(count / 2), best.toFixed(0), worst.toFixed(0)];
});

const text = `## Copies among workouts

\`npm run bench:workouts\` · ${machineLine()}

All workouts of a user grouped anew, each activity from two sources and with tracks, ${RUN_COUNT} runs; the goal is ${thousands(GOAL_MS)} ms for 10,000.
A read groups its neighbourhood alone: the range asked for and 27 hours on either side.

${table(['workouts', 'groups', 'fastest, ms', 'slowest, ms'], rows)}
`;
console.log(text);
writeSection('workouts', text);
