import type { Clock } from '../../core/clock.ts';
import type { EpochMs } from '../../core/instants.ts';

/** Keys of 100 bytes or so: a container that served this many users holds a megabyte. */
const MAX_ENTRY_COUNT = 10_000;

export interface ExpiringCache<Value, Arguments extends readonly unknown[]> {
  /** The value loaded within the last `ttlMs`, or a new load that callers at the same time join. */
  get(name: string, ...rest: Arguments): Promise<Value | undefined>;
  forget(name: string): void;
}

/** What is absent or fails is not kept: the next caller asks again. The oldest goes when it is full. */
export function createExpiringCache<Value, Arguments extends readonly unknown[]>(
  ttlMs: number,
  clock: Clock,
  load: (name: string, ...rest: Arguments) => Promise<Value | undefined>,
): ExpiringCache<Value, Arguments> {
  const entries = new Map<
    string,
    { readonly loadedAtMs: EpochMs; readonly value: Promise<Value | undefined> }
  >();
  const start = (name: string, rest: Arguments): Promise<Value | undefined> => {
    const entry = { loadedAtMs: clock.now(), value: load(name, ...rest) };
    const drop = () => {
      if (entries.get(name) === entry) entries.delete(name);
    };
    entries.delete(name);
    entries.set(name, entry);
    entry.value.then((value) => value === undefined && drop(), drop);
    if (entries.size > MAX_ENTRY_COUNT) dropOldest(entries);
    return entry.value;
  };
  return {
    get: (name, ...rest) => {
      const entry = entries.get(name);
      return entry !== undefined && clock.now() - entry.loadedAtMs < ttlMs ? entry.value : start(name, rest);
    },
    forget: (name) => {
      entries.delete(name);
    },
  };
}

function dropOldest(entries: Map<string, unknown>): void {
  for (const name of entries.keys()) {
    entries.delete(name);
    return;
  }
}
