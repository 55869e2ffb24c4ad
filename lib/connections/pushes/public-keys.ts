import type { Clock } from '../../core/clock.ts';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/instants.ts';
import type { PublicKeys } from '../../providers/definition.ts';
import { ProviderFault } from '../../providers/model.ts';
import type { ConfiguredProvider } from '../provider-directory.ts';

/** However many forged notifications name unknown keys, an address is asked once a minute (CON55). */
const REFETCH_AFTER_MS = MINUTE_MS;
/** One that did not answer is asked again sooner: until it does, genuine notifications are put off. */
const RETRY_AFTER_MS = 10 * SECOND_MS;
/** A key that its owner took out of the set is believed no longer than this. */
const MAX_AGE_MS = HOUR_MS;
/** While the address does not answer, the last set counts so long. */
const MAX_OUTAGE_MS = DAY_MS;

/**
 * Public key sets of all providers, remembered in the container. A set is fetched on first need, when it is
 * an hour old, and with `refetch`, but never twice within a minute; calls at the same time share one fetch.
 * Throws ProviderFault `unavailable` or `malformed`, for ten seconds without asking again; a call without
 * `refetch` then gets the last set, as long as that is not a day old.
 */
export function createPublicKeys(clock: Clock): (provider: ConfiguredProvider) => PublicKeys {
  const sets = new Map<string, KeySet>();
  return (provider) => ({
    load: (origin, path, refetch) => {
      const name = JSON.stringify([provider.definition.name, origin, path]);
      const set = sets.get(name) ?? new KeySet(clock);
      sets.set(name, set);
      return set.load(refetch, () => fetchJson(provider, origin, path));
    },
  });
}

/** One address: its set as last fetched, and the newest attempt, which may be under way or have failed. */
class KeySet {
  readonly #clock: Clock;
  #nextTryAtMs = Number.NEGATIVE_INFINITY;
  #attempt: Promise<unknown> = Promise.resolve(undefined);
  #last: { readonly payload: unknown; readonly fetchedAtMs: EpochMs } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async load(refetch: boolean, fetchSet: () => Promise<unknown>): Promise<unknown> {
    const nowMs = this.#clock.now();
    if (this.#isDue(refetch, nowMs)) {
      this.#nextTryAtMs = nowMs + REFETCH_AFTER_MS;
      this.#attempt = this.#fetch(nowMs, fetchSet);
    }
    const isUsable = this.#last !== undefined && nowMs - this.#last.fetchedAtMs < MAX_OUTAGE_MS;
    return this.#attempt.catch((error: unknown) => {
      if (refetch || !isUsable) throw error;
      return this.#last?.payload;
    });
  }

  #isDue(refetch: boolean, nowMs: EpochMs): boolean {
    if (nowMs < this.#nextTryAtMs) return false;
    return refetch || this.#last === undefined || nowMs - this.#last.fetchedAtMs >= MAX_AGE_MS;
  }

  async #fetch(nowMs: EpochMs, fetchSet: () => Promise<unknown>): Promise<unknown> {
    try {
      const payload = await fetchSet();
      this.#last = { payload, fetchedAtMs: nowMs };
      return payload;
    } catch (error) {
      this.#nextTryAtMs = nowMs + RETRY_AFTER_MS;
      throw error;
    }
  }
}

async function fetchJson({ http }: ConfiguredProvider, origin: string, path: string): Promise<unknown> {
  const { status, body } = await http.send({ origin, path });
  if (status !== 200) throw new ProviderFault('unavailable', { status, reason: 'key_set' });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new ProviderFault('malformed', { reason: 'key_set', cause });
  }
}
