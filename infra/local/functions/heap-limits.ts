import type { ResourceLimits } from 'node:worker_threads';

/** The young generation is two halves and, for large objects, as much as one of them (V8, `Heap`). */
const SEMI_SPACES_PER_YOUNG_GENERATION = 3;

/**
 * What a thread's heap may grow to. V8's flags belong to a process, so that a thread takes no notice of
 * `--max-semi-space-size` in its NODE_OPTIONS, as the process that Lambda starts does: it is told so here.
 */
export function heapLimits(memoryMiB: number, nodeOptions: string | undefined): ResourceLimits {
  const [, semiSpaceMiB] = /(?:^|\s)--max-semi-space-size=(\d{1,4})(?:\s|$)/.exec(nodeOptions ?? '') ?? [];
  return {
    maxOldGenerationSizeMb: memoryMiB,
    ...(semiSpaceMiB === undefined
      ? {}
      : { maxYoungGenerationSizeMb: SEMI_SPACES_PER_YOUNG_GENERATION * Number(semiSpaceMiB) }),
  };
}
