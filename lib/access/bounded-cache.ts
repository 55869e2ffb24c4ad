import type { Clock } from '../core/clock.ts';
import type { EpochMs } from '../core/instants.ts';

/** Look-ups of keys, issuers and subjects are trusted this long, so a revocation acts within it (ACC3). */
export const ACCESS_CACHE_MS = 60_000;
/** About 2 MB of entries; a flood of made-up keys pushes out entries, it does not fill the memory. */
const MAX_ENTRY_COUNT = 5_000;

/**
 * Remembers what `load` answered, absence included, for 60 s; callers at the same time share one load, what
 * rejects is not kept, and the oldest entry goes when there are 5,000.
 */
export function createBoundedCache<Value>(
  clock: Clock,
  load: (name: string) => Promise<Value>,
): (name: string) => Promise<Value> {
  const entries = new Map<string, { readonly loadedAtMs: EpochMs; readonly value: Promise<Value> }>();
  return (name) => {
    const known = entries.get(name);
    if (known !== undefined && clock.now() - known.loadedAtMs < ACCESS_CACHE_MS) return known.value;
    const entry = { loadedAtMs: clock.now(), value: load(name) };
    entries.delete(name);
    entries.set(name, entry);
    entry.value.catch(() => {
      if (entries.get(name) === entry) entries.delete(name);
    });
    if (entries.size > MAX_ENTRY_COUNT) {
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    }
    return entry.value;
  };
}
