import { createPrng } from '../../simulation/engine/prng.ts';

/** One journal entry, as every engine of the benchmark keeps it. */
export interface BenchRow {
  readonly id: string;
  readonly data: {
    readonly title: string;
    readonly content: string;
    readonly mood: string;
    readonly tags: readonly string[];
  };
}

const WORDS =
  'morning evening rain garden slept early late walk coffee reading quiet loud friend calm tired good'.split(
    ' ',
  );
const MOODS = ['great', 'good', 'neutral', 'bad', 'awful'] as const;
const CONTENT_WORDS = 40;

/** The same rows for the same seed: about 380 bytes of JSON each. */
export function benchRows(count: number, seed: number): readonly BenchRow[] {
  const prng = createPrng(seed);
  const words = (length: number): string => Array.from({ length }, () => prng.pick(WORDS)).join(' ');
  return Array.from({ length: count }, (_, index) => ({
    id: rowId(seed, index),
    data: {
      title: words(4),
      content: words(CONTENT_WORDS),
      mood: prng.pick(MOODS),
      tags: [...new Set([prng.pick(WORDS), prng.pick(WORDS)])],
    },
  }));
}

/** A UUID of version 7, whose time is the row's place. */
function rowId(seed: number, index: number): string {
  const time = (0x0193_0000_0000 + index).toString(16).padStart(12, '0');
  const tail = seed.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${tail}`;
}
