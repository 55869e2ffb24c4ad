import { availableParallelism } from 'node:os';
import type { Declared } from '../assembly/declared.ts';
import { functionEnvironment } from './environment.ts';
import { type FunctionPool, ThreadPool } from './function-pool.ts';
import type { Invoke } from './invocation.ts';

export interface FunctionPools {
  invokeOf(functionName: string): Invoke;
  /** Loads the named functions' bundles. */
  warm(functionNames: Iterable<string>): void;
  stop(): Promise<void>;
}

/**
 * Each thread holds a bundle of its own and compiles it by itself: more than there are cores only wait for
 * each other. Two at least, so that what runs side by side on AWS does so here.
 */
const MAX_THREAD_COUNT = Math.max(2, Math.min(4, availableParallelism()));

/** What the template allows at once, within what a laptop can do. */
export const localConcurrency = (allowed: number | undefined): number =>
  Math.max(1, Math.min(allowed ?? MAX_THREAD_COUNT, MAX_THREAD_COUNT));

export function createFunctionPools(
  declared: Declared,
  aws: Readonly<Record<string, string>>,
  logDirectory: string,
): FunctionPools {
  const pools = new Map<string, FunctionPool>(
    declared.functions.map((declaration) => [
      declaration.name,
      new ThreadPool({
        declaration,
        environment: functionEnvironment(declaration, aws),
        maxThreadCount: localConcurrency(declaration.reservedConcurrency),
        logDirectory,
      }),
    ]),
  );
  const poolOf = (name: string): FunctionPool => {
    const pool = pools.get(name);
    if (pool === undefined) throw new Error(`the template has no function ${name}`);
    return pool;
  };
  return {
    invokeOf: (name) => poolOf(name).invoke,
    warm: (names) => {
      for (const name of new Set(names)) poolOf(name).warm();
    },
    stop: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
    },
  };
}
