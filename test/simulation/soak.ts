import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { addCounters, newCounters } from './world/faults.ts';
import { runHistory } from './world/history.ts';
import { seedWorld } from './world/seed-world.ts';

/**
 * `npm run sim -- --histories 100000 --seed 1`: many histories one after another, with progress. A failing
 * seed is printed, kept in regressions/ and makes the exit code 1. `--histories 1` replays one seed.
 */
const USAGE = `usage: npm run sim -- [options]

  --histories N  how many histories to run (10000)
  --seed N       seed of the first; each next one is one higher (1)
  --keep-going   do not stop at the fifth failing seed`;

const values = readValues();
const histories = wholeNumber('histories', values.histories);
const firstSeed = wholeNumber('seed', values.seed);
const PROGRESS_EVERY_MS = 5_000;
const MAX_SHOWN_CHARS = 4_000;

function readValues() {
  try {
    const { values: given } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        histories: { type: 'string', default: '10000' },
        seed: { type: 'string', default: '1' },
        'keep-going': { type: 'boolean', default: false },
      },
    });
    if (!given.help) return given;
  } catch (fault) {
    return refuse(fault instanceof Error ? fault.message : 'unusable arguments');
  }
  console.log(USAGE);
  process.exit(0);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) refuse(`--${name} takes a whole number, not "${text}"`);
  return Number(text);
}

function refuse(fault: string): never {
  console.error(`${fault}\n\n${USAGE}`);
  process.exit(2);
}

/** `deviceRetries` and 12 as `  device retries             12`. */
function tallyLine([name, count]: readonly [string, number]): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `  ${words.padEnd(24)}${count.toLocaleString('en').padStart(12)}`;
}

async function keep(seed: number, violations: readonly string[]): Promise<void> {
  const file = new URL(`regressions/seed-${seed}.json`, import.meta.url);
  await writeFile(file, `${JSON.stringify({ seed, found: violations[0]?.slice(0, 400) }, null, 2)}\n`);
}

const seeded = await seedWorld();
const total = newCounters();
const failed: number[] = [];
const startedMs = performance.now();
let saidMs = startedMs;
for (let index = 0; index < histories; index += 1) {
  const seed = firstSeed + index;
  const { violations, counters } = await runHistory(seed, seeded);
  addCounters(total, counters);
  if (violations.length > 0) {
    failed.push(seed);
    console.error(
      `seed ${seed} fails\n  ${violations.map((text) => text.slice(0, MAX_SHOWN_CHARS)).join('\n  ')}`,
    );
    await keep(seed, violations);
    if (!values['keep-going'] && failed.length >= 5) break;
  }
  if (performance.now() - saidMs > PROGRESS_EVERY_MS) {
    saidMs = performance.now();
    const perSec = ((index + 1) / (saidMs - startedMs)) * 1_000;
    console.log(`${index + 1} of ${histories} histories, ${perSec.toFixed(1)}/s, ${failed.length} failed`);
  }
}
console.log(Object.entries(total).map(tallyLine).join('\n'));
console.log(
  failed.length === 0
    ? 'every invariant held'
    : `failed: replay with --histories 1 --seed ${failed.join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
