import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import { NetworkError } from '../../../lib/client/client-error.ts';
import { createHeadwaterClient, type HeadwaterClient } from '../../../lib/client/headwater-client.ts';
import type { LocalStore, QueuedChange, ServerRow } from '../../../lib/client/store/local-store.ts';
import { type Prng, randomnessOf } from '../engine/prng.ts';
import type { Environment } from '../world/environment.ts';
import type { SeededUser } from '../world/seed-world.ts';
import type { SyncCounters } from './counters.ts';
import { DeviceProcess } from './device-process.ts';
import { killableStore } from './killable-store.ts';
import type { SyncMutant } from './mutant.ts';
import type { Link, WireAnswer, WireRequest } from './network.ts';
import type { PullChecks } from './pull-checks.ts';
import type { DeviceWeather } from './weather.ts';

export interface DeviceParts {
  readonly environment: Environment;
  readonly counters: SyncCounters;
  readonly weather: () => DeviceWeather;
  readonly user: SeededUser;
  readonly pulls: PullChecks;
  readonly schema: SyncSchema;
  readonly link: Link;
  readonly store: LocalStore;
  readonly prng: Prng;
  /** How far its clock is off. */
  readonly skewMs: number;
  readonly mutant: SyncMutant | undefined;
}

/** The app on one device: its store outlives its processes, and its clock is wrong. */
export class SimulatedDevice {
  readonly name: string;
  readonly link: Link;
  readonly #parts: DeviceParts;
  #open: { readonly process: DeviceProcess; readonly client: HeadwaterClient } | undefined;

  constructor(name: string, parts: DeviceParts) {
    this.name = name;
    this.link = parts.link;
    this.#parts = parts;
  }

  /** Runs `work` with the client of a living process; `killed` when that ends under it. */
  async with<Value>(work: (client: HeadwaterClient) => Promise<Value>): Promise<Value | 'killed'> {
    const opened = await this.#living();
    return opened === undefined ? 'killed' : opened.process.until(work(opened.client));
  }

  kill(): void {
    this.#open?.process.kill();
  }

  /** Living rows as the server gave them, past any process. */
  serverRows(types: readonly string[]): Promise<readonly ServerRow[]> {
    return this.#parts.store.transaction(async (transaction) => {
      const rows: ServerRow[] = [];
      for (const type of types) rows.push(...(await transaction.listRows(type)));
      return rows;
    });
  }

  queuedChanges(): Promise<readonly QueuedChange[]> {
    return this.#parts.store.transaction((transaction) => transaction.listQueue());
  }

  async #living() {
    if (this.#open !== undefined && !this.#open.process.isDead) return this.#open;
    const { environment, counters, weather, prng } = this.#parts;
    if (this.#open !== undefined) {
      counters.deviceRestarts += 1;
      this.#open = undefined;
      await environment.scheduler.wait(1 + prng.below(5_000));
    }
    const onDeath = () => {
      counters.deviceKills += 1;
    };
    const process = new DeviceProcess(prng, () => weather().kill, onDeath);
    const client = await process.until(this.#create(process));
    if (client === 'killed') return undefined;
    this.#open = { process, client };
    return this.#open;
  }

  #create(process: DeviceProcess): Promise<HeadwaterClient> {
    const { environment, schema, store, prng, skewMs, mutant } = this.#parts;
    const { scheduler } = environment;
    return createHeadwaterClient({
      storage: killableStore(store, process, mutant?.transaction),
      transport: { send: (request) => process.guard(() => this.#send(request)) },
      schema,
      deviceId: this.name,
      clock: { now: () => scheduler.now() + skewMs },
      randomness: randomnessOf(prng.fork()),
    });
  }

  async #send(given: WireRequest): Promise<WireAnswer> {
    const { pulls, user, mutant } = this.#parts;
    const request = mutant?.request?.(this.name, given) ?? given;
    pulls.asked(this.name, request.path, request.query?.['cursor']);
    const answer = await this.link.send(user, this.name, request);
    if (answer === undefined) throw new NetworkError('no answer came', { timedOut: true });
    return mutant?.answer?.(this.name, request, answer) ?? answer;
  }
}
