import type { Clock } from '../core/clock.ts';
import { MINUTE_MS, SECOND_MS } from '../core/instants.ts';
import { describeFault, type Log } from '../observability/log.ts';
import type { Meter } from '../observability/metrics.ts';
import type { Principal } from './model.ts';
import type { RateLimiter, RateVerdict } from './rate-limiter.ts';
import type { RateStore } from './rate-store.ts';

/** A container's largest chunk, a twentieth of the minute's limit: few writes, and no hot item. */
const LARGEST_SHARE = 20;
/** Its first: what is not spent there is lost to the others, so that a burst of cold starts takes little. */
const FIRST_SHARE = 200;
/** Principals that one container may serve within a minute; the map is emptied with the minute. */
const MAX_TRACKED_COUNT = 20_000;

interface Allowance {
  /** Requests granted to this container and not yet spent. */
  left: number;
  /** What the store had given out in all when it was last asked. */
  taken: number;
  /** Doubles with each asking, up to a twentieth of the limit. */
  chunk: number;
  exhausted: boolean;
  asking: Promise<void> | undefined;
}

export interface RateLimiterDependencies {
  readonly store: RateStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

/**
 * Counts requests per principal and minute (ACC12). Each container takes a chunk of the minute from one item
 * and spends it without further calls, so the count is exact in what it lets through (never more than the
 * limit) and approximate in what it refuses (chunks unspent elsewhere). When the store does not answer it
 * lets the request through: a limit is there to protect the store, and refusing samples because a counter is
 * away would turn its outage into ours. The gateway's own throttle still stands.
 */
export function createRateLimiter(dependencies: RateLimiterDependencies): RateLimiter {
  let window = -1;
  const allowances = new Map<string, Allowance>();
  return {
    take: async (principal) => {
      const nowMs = dependencies.clock.now();
      const current = Math.floor(nowMs / MINUTE_MS);
      if (current !== window || allowances.size > MAX_TRACKED_COUNT) allowances.clear();
      window = current;
      const resetSec = Math.max(1, Math.ceil(((current + 1) * MINUTE_MS - nowMs) / SECOND_MS));
      const name = nameOf(principal);
      const allowance = allowances.get(name) ?? freshAllowance(principal.requestsPerMinute);
      allowances.set(name, allowance);
      const allowed = await spendOne(allowance, { principal, name, window: current }, dependencies);
      return toVerdict(allowance, { allowed, limit: principal.requestsPerMinute, resetSec });
    },
  };
}

const freshAllowance = (limit: number): Allowance => ({
  left: 0,
  taken: 0,
  chunk: Math.max(1, Math.floor(limit / FIRST_SHARE)),
  exhausted: false,
  asking: undefined,
});

const nameOf = (principal: Principal): string =>
  principal.kind === 'key' ? `K#${principal.apiKeyId}` : `U#${principal.userId}`;

function toVerdict(
  { taken, left }: Allowance,
  known: Pick<RateVerdict, 'allowed' | 'limit' | 'resetSec'>,
): RateVerdict {
  const remaining = Math.max(0, known.limit - taken) + left;
  return { ...known, remaining: Math.min(known.limit, remaining) };
}

/**
 * Looks and spends without a pause between the two. Callers at the same time wait for one chunk; whoever
 * finds it spent asks for the next.
 */
async function spendOne(
  allowance: Allowance,
  whose: { readonly principal: Principal; readonly name: string; readonly window: number },
  dependencies: RateLimiterDependencies,
): Promise<boolean> {
  while (allowance.left <= 0) {
    if (allowance.exhausted) return false;
    allowance.asking ??= askForChunk(allowance, whose, dependencies).finally(() => {
      allowance.asking = undefined;
    });
    await allowance.asking;
  }
  allowance.left -= 1;
  return true;
}

async function askForChunk(
  allowance: Allowance,
  whose: { readonly principal: Principal; readonly name: string; readonly window: number },
  { store, log, meter }: RateLimiterDependencies,
): Promise<void> {
  const { workspaceId, requestsPerMinute: limit } = whose.principal;
  const wanted = allowance.chunk;
  allowance.chunk = Math.max(wanted, Math.min(wanted * 2, Math.floor(limit / LARGEST_SHARE)));
  try {
    const bucket = { workspaceId, principal: whose.name, window: whose.window };
    const reply = await store.takeChunk(bucket, wanted, limit);
    if (reply === 'exhausted') {
      allowance.exhausted = true;
      allowance.taken = limit;
      return;
    }
    allowance.left += Math.min(wanted, limit - reply.takenBefore);
    allowance.taken = Math.min(limit, reply.takenBefore + wanted);
  } catch (error) {
    log.write('ACCESS_RATE_STORE_FAILED', describeFault(error));
    meter.add('RateStoreFaults', 1);
    allowance.left += wanted;
  }
}
