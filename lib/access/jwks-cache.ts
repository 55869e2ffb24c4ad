import type { Jwk } from 'aws-jwt-verify/jwk';
import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import type { EpochMs } from '../core/instants.ts';
import { ACCESS_CACHE_MS } from './bounded-cache.ts';
import type { JwksFetcher, JwksTrust } from './jwks.ts';

/** Members that are no strings (x5c, key_ops) are of no use here. */
const KeySet = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })).max(100),
});

/** A key that is not in the set, and a fetch that failed, are asked for again after this (ACC9). */
const REFETCH_AFTER_MS = 10_000;
const MAX_SET_COUNT = 1_000;

interface KnownSet {
  readonly fetchedAtMs: EpochMs;
  readonly keys: Promise<ReadonlyMap<string, Jwk>>;
}

export interface JwksCache {
  /**
   * The key `kid` of the set at `url`; undefined when the set has none. A set is kept 60 s. A `kid` that is
   * not there fetches anew at most once in 10 s, so forged tokens cannot make us hammer an issuer; the same
   * bound holds for an issuer that fails. Rejects when the set cannot be had.
   */
  find(url: string, kid: string, trust: JwksTrust): Promise<Jwk | undefined>;
}

export function createJwksCache(clock: Clock, fetcher: JwksFetcher): JwksCache {
  const sets = new Map<string, KnownSet>();
  const fetchSet = (url: string, trust: JwksTrust): KnownSet => {
    const set = { fetchedAtMs: clock.now(), keys: fetcher.fetchJson(url, trust).then(parseKeySet) };
    set.keys.catch(() => undefined);
    sets.delete(url);
    sets.set(url, set);
    if (sets.size > MAX_SET_COUNT) {
      const [oldest] = sets.keys();
      if (oldest !== undefined) sets.delete(oldest);
    }
    return set;
  };
  const ageOf = (set: KnownSet): number => clock.now() - set.fetchedAtMs;
  return {
    find: async (url, kid, trust) => {
      const known = sets.get(url);
      if (known === undefined || ageOf(known) >= ACCESS_CACHE_MS)
        return (await fetchSet(url, trust).keys).get(kid);
      const settled = await known.keys.catch((error: unknown) => ({ error }));
      if ('error' in settled) {
        if (ageOf(known) < REFETCH_AFTER_MS) throw settled.error;
        return (await renewed(sets.get(url), known, () => fetchSet(url, trust)).keys).get(kid);
      }
      const key = settled.get(kid);
      if (key !== undefined || ageOf(known) < REFETCH_AFTER_MS) return key;
      return (await renewed(sets.get(url), known, () => fetchSet(url, trust)).keys).get(kid);
    },
  };
}

/** Somebody may have fetched anew while we waited: theirs will do. */
const renewed = (current: KnownSet | undefined, seen: KnownSet, fetchSet: () => KnownSet): KnownSet =>
  current === undefined || current === seen ? fetchSet() : current;

/** Signature keys by their `kid`; keys for encryption and keys without a name are left out. */
export function parseKeySet(json: unknown): ReadonlyMap<string, Jwk> {
  const keys = new Map<string, Jwk>();
  for (const { kid, ...rest } of KeySet.parse(json).keys) {
    if (kid === undefined || kid === '' || (rest['use'] !== undefined && rest['use'] !== 'sig')) continue;
    const strings = Object.entries(rest).filter(([, value]) => typeof value === 'string');
    keys.set(kid, { kty: rest.kty, kid, ...Object.fromEntries(strings) } as Jwk);
  }
  return keys;
}
