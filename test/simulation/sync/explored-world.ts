import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { Dynamo } from '../../../lib/adapters/dynamo/dynamo.ts';
import { fromEntityItem } from '../../../lib/adapters/dynamo/entity-item.ts';
import { createEntityStore } from '../../../lib/adapters/dynamo/entity-store.ts';
import { NetworkError } from '../../../lib/client/client-error.ts';
import { createHeadwaterClient, type HeadwaterClient } from '../../../lib/client/headwater-client.ts';
import type { ServerRow } from '../../../lib/client/store/local-store.ts';
import { createMemoryStore, type MemoryStore } from '../../../lib/client/store/memory-store.ts';
import type { TransportAnswer, TransportRequest } from '../../../lib/client/transport.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { pullChanges } from '../../../lib/sync/pull/pull-changes.ts';
import { readSnapshot } from '../../../lib/sync/pull/read-snapshot.ts';
import { pushChanges } from '../../../lib/sync/push/push-changes.ts';
import { createPrng, randomnessOf } from '../engine/prng.ts';
import { createSimulatedDynamo, type SdkCommand, type SimulatedDynamo } from '../engine/simulated-dynamo.ts';
import { canonical } from '../oracle/digest-model.ts';
import { never } from '../world/environment.ts';
import { TABLES } from '../world/seed-world.ts';
import type { SeededSync } from './seed.ts';
import { SIM_SCHEMA } from './sim-schema.ts';

const NOW_MS = Date.parse('2026-03-17T12:00:00Z');

/** What a broken variant makes of a transaction before it is sent. */
export type BreakCommit = (command: TransactWriteItemsCommand) => TransactWriteItemsCommand;

/** A step that waits to be chosen. */
interface Waiting {
  readonly name: string;
  readonly go: () => void;
  /** Given in its place when the step is lost; undefined: it cannot be. */
  readonly lose: (() => void) | undefined;
}

interface ExploredDevice {
  readonly name: string;
  store: MemoryStore;
  client: HeadwaterClient | undefined;
  /** Ends with each kill: replies for an older one never come. */
  life: number;
  drawCount: number;
}

/**
 * Two clients and the server's own functions over one simulated database, where nothing happens but what is
 * chosen: a request arrives, its transaction commits, its reply comes back, each a step of its own.
 */
export class ExploredWorld {
  readonly dynamo: SimulatedDynamo;
  readonly devices: readonly ExploredDevice[];
  readonly waiting: Waiting[] = [];
  /** Everything goes at once: to prepare, and to come to rest. */
  isFree = true;
  readonly #seeded: SeededSync;
  readonly #breakCommit: BreakCommit;

  constructor(seeded: SeededSync, breakCommit: BreakCommit) {
    this.#seeded = seeded;
    this.#breakCommit = breakCommit;
    this.dynamo = createSimulatedDynamo({ tableNames: Object.values(TABLES), now: () => NOW_MS });
    seeded.copyInto(this.dynamo);
    this.devices = ['one', 'two'].map((name) => ({
      name,
      store: createMemoryStore(),
      client: undefined,
      life: 0,
      drawCount: 0,
    }));
  }

  async client(device: ExploredDevice): Promise<HeadwaterClient> {
    device.client ??= await this.#open(device);
    return device.client;
  }

  /** The process ends: what it waited for never comes, its store is what was committed. */
  kill(device: ExploredDevice): void {
    device.life += 1;
    device.client = undefined;
    device.store = device.store.reopen();
    for (const step of this.waiting.filter(({ name }) => name === `${device.name} reply`)) {
      this.waiting.splice(this.waiting.indexOf(step), 1);
    }
  }

  #open(device: ExploredDevice): Promise<HeadwaterClient> {
    const { life } = device;
    return createHeadwaterClient({
      storage: device.store,
      transport: { send: (request) => this.#send(device, life, request) },
      schema: SIM_SCHEMA,
      deviceId: device.name,
      clock: { now: () => NOW_MS },
      // Of a device's own history alone, so that equal states look equal whatever the others did before.
      randomness: {
        bytes: (count) => {
          device.drawCount += 1;
          return randomnessOf(createPrng(device.drawCount, device.name.charCodeAt(0))).bytes(count);
        },
      },
    });
  }

  #step(name: string, canBeLost: boolean): Promise<'done' | 'lost'> {
    if (this.isFree) return Promise.resolve('done');
    return new Promise((resolve) => {
      this.waiting.push({
        name,
        go: () => resolve('done'),
        lose: canBeLost ? () => resolve('lost') : undefined,
      });
    });
  }

  async #send(device: ExploredDevice, life: number, request: TransportRequest): Promise<TransportAnswer> {
    await this.#step(`${device.name} request`, false);
    const answer = await this.#serve(device, request);
    const reply = await this.#step(`${device.name} reply`, true);
    if (life !== device.life) return never();
    if (reply === 'lost' || answer === undefined) throw new NetworkError('no answer came');
    return answer;
  }

  async #serve(device: ExploredDevice, request: TransportRequest): Promise<TransportAnswer | undefined> {
    const { user } = this.#seeded;
    const deps = { ...this.#deps(device), schema: SIM_SCHEMA };
    const query = { entityTypes: undefined, limit: 1_000, cursor: request.query?.['cursor'] };
    try {
      switch (request.path) {
        case '/v1/sync/push': {
          const push = JSON.parse(request.body ?? '');
          const { status, body } = await pushChanges(deps, user, push, { correlationId: 'explored' });
          return { status, headers: {}, body };
        }
        case '/v1/sync/changes':
          return { status: 200, headers: {}, body: (await pullChanges(deps, user, query)).body };
        case '/v1/sync/snapshot':
          return { status: 200, headers: {}, body: await readSnapshot(deps, user, query) };
        default:
          throw new Error(`nobody explores ${request.path}`);
      }
    } catch (error) {
      if (error instanceof ContainerEnded) return undefined;
      if (error instanceof AppError) return { status: 503, headers: {}, body: '{}' };
      throw error;
    }
  }

  #deps(device: ExploredDevice) {
    const clock = { now: () => NOW_MS as EpochMs, sleep: async () => undefined };
    const randomness = randomnessOf(createPrng(this.dynamo.counters.transactions, 7));
    const send = async (command: SdkCommand) => {
      if (!(command instanceof TransactWriteItemsCommand)) return this.dynamo.execute(command).output;
      if ((await this.#step(`${device.name} commit`, true)) === 'lost') throw new ContainerEnded();
      return this.dynamo.execute(this.#breakCommit(command)).output;
    };
    const dynamo = { send } as unknown as Dynamo;
    const dataKeys = { load: async () => this.#seeded.dataKey };
    const store = createEntityStore({
      dynamo,
      coreTable: TABLES.core,
      rowsTable: TABLES.samples,
      dataKeys,
      clock,
      randomness,
    });
    return { store, clock, randomness };
  }

  /** Living rows of the server, as texts. */
  serverRows(): readonly string[] {
    const texts: string[] = [];
    const seal = { scope: this.#seeded.user, key: this.#seeded.dataKey };
    for (const item of this.dynamo.table(TABLES.samples).all()) {
      if (item['sk']?.S?.startsWith('ENTITY#') !== true) continue;
      const { type, id, state } = fromEntityItem(item, seal);
      if (!state.deleted) texts.push(rowText({ type, id, version: state.version, data: state.data }));
    }
    return texts.sort();
  }

  async deviceRows(device: ExploredDevice): Promise<readonly string[]> {
    return device.store.transaction(async (transaction) => {
      const texts: string[] = [];
      for (const type of await transaction.listTypes()) {
        for (const row of await transaction.listRows(type)) texts.push(rowText(row));
      }
      return texts.sort();
    });
  }

  /** Equal for states from which the same can follow. */
  async fingerprint(progress: string): Promise<string> {
    const parts: unknown[] = [progress, this.waiting.map(({ name }) => name).sort(), this.serverRows()];
    for (const item of this.dynamo.table(TABLES.core).all()) {
      const sk = item['sk']?.S ?? '';
      if (/^(ENTITYOP#|ENTITYLOG#|ENTITIES$)/.test(sk)) parts.push(sk, item['st']?.S, item['seq']?.N);
    }
    for (const device of this.devices) {
      parts.push(device.life, await this.deviceRows(device));
      parts.push(
        await device.store.transaction(async (transaction) => [
          await transaction.listQueue(),
          await transaction.listValues(''),
        ]),
      );
    }
    return canonical(parts);
  }
}

/** The run of a request ended before its commit. */
class ContainerEnded extends Error {
  override readonly name = 'ContainerEnded';
}

const rowText = ({ type, id, version, data }: Pick<ServerRow, 'type' | 'id' | 'version' | 'data'>): string =>
  `${type}/${id} v${version} ${canonical(data)}`;
