import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

/** What a soak is of: one history by its seed, with what was found and what happened. */
export interface Soak<Counters extends object> {
  /** As `npm run` knows it. */
  readonly script: string;
  readonly run: (
    seed: number,
  ) => Promise<{ readonly violations: readonly string[]; readonly counters: Counters }>;
  readonly add: (total: Counters, more: Counters) => void;
  readonly total: Counters;
  /** Ends with a slash. */
  readonly regressionsDir: URL;
}

const usageOf = (script: string): string => `usage: npm run ${script} -- [options]

  --histories N  how many histories to run (10000)
  --seed N       seed of the first; each next one is one higher (1)
  --keep-going   do not stop at the fifth failing seed`;

const PROGRESS_EVERY_MS = 5_000;
const MAX_SHOWN_CHARS = 4_000;
const MAX_FAILED = 5;

/**
 * Many histories one after another, with progress. A failing seed is printed, kept in the regressions and makes
 * the exit code 1. `--histories 1` replays one seed.
 */
export async function soak<Counters extends object>(what: Soak<Counters>): Promise<void> {
  const { histories, firstSeed, keepsGoing } = readOptions(what.script);
  const failed: number[] = [];
  const startedMs = performance.now();
  let saidMs = startedMs;
  for (let index = 0; index < histories; index += 1) {
    const seed = firstSeed + index;
    const { violations, counters } = await what.run(seed);
    what.add(what.total, counters);
    if (violations.length > 0) {
      failed.push(seed);
      console.error(
        `seed ${seed} fails\n  ${violations.map((text) => text.slice(0, MAX_SHOWN_CHARS)).join('\n  ')}`,
      );
      await keep(what.regressionsDir, seed, violations);
      if (!keepsGoing && failed.length >= MAX_FAILED) break;
    }
    if (performance.now() - saidMs > PROGRESS_EVERY_MS) {
      saidMs = performance.now();
      const perSec = ((index + 1) / (saidMs - startedMs)) * 1_000;
      console.log(`${index + 1} of ${histories} histories, ${perSec.toFixed(1)}/s, ${failed.length} failed`);
    }
  }
  console.log(Object.entries(what.total).map(tallyLine).join('\n'));
  console.log(
    failed.length === 0
      ? 'every invariant held'
      : `failed: replay with --histories 1 --seed ${failed.join(', ')}`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}

function readOptions(script: string) {
  const values = readValues(script);
  return {
    histories: wholeNumber(script, 'histories', values.histories),
    firstSeed: wholeNumber(script, 'seed', values.seed),
    keepsGoing: values['keep-going'],
  };
}

function readValues(script: string) {
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
    return refuse(script, fault instanceof Error ? fault.message : 'unusable arguments');
  }
  console.log(usageOf(script));
  process.exit(0);
}

function wholeNumber(script: string, name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) refuse(script, `--${name} takes a whole number, not "${text}"`);
  return Number(text);
}

function refuse(script: string, fault: string): never {
  console.error(`${fault}\n\n${usageOf(script)}`);
  process.exit(2);
}

/** `deviceRetries` and 12 as `  device retries             12`. */
function tallyLine([name, count]: readonly [string, number]): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `  ${words.padEnd(24)}${count.toLocaleString('en').padStart(12)}`;
}

async function keep(regressionsDir: URL, seed: number, violations: readonly string[]): Promise<void> {
  const file = new URL(`seed-${seed}.json`, regressionsDir);
  await writeFile(file, `${JSON.stringify({ seed, found: violations[0]?.slice(0, 400) }, null, 2)}\n`);
}
