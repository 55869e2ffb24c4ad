import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import { createNodeSqlite } from '../../../lib/client/storage/node-sqlite.ts';
import type { LocalStore } from '../../../lib/client/store/local-store.ts';
import { createMemoryStore } from '../../../lib/client/store/memory-store.ts';
import { createSqlStore } from '../../../lib/client/store/sql-store.ts';
import type { Prng } from '../engine/prng.ts';
import type { Environment } from '../world/environment.ts';
import type { SyncCounters } from './counters.ts';
import { SimulatedDevice } from './device.ts';
import { begin, live, type Script, syncUntilQuiet } from './device-script.ts';
import { EditLedger } from './edits.ts';
import type { SyncMutant } from './mutant.ts';
import { Link, type SyncCall, type WireAnswer, type WireRequest } from './network.ts';
import type { SeededSync } from './seed.ts';
import { SIM_SCHEMA } from './sim-schema.ts';
import { createSyncWorld, type SyncWorld } from './sync-world.ts';
import { CALM_DEVICES, drawDeviceWeather } from './weather.ts';

const DEVICE_COUNT = 3;
const YEAR_MS = 365 * 86_400_000;

/** Groups of types that refer to each other, or that merge alike; a history edits a few of them. */
const TYPE_GROUPS = [
  ['products', 'inventory_items'],
  ['products', 'inventory_items'],
  ['products', 'purchases'],
  ['products', 'purchases', 'sessions'],
  ['sessions', 'consumptions', 'devices'],
  ['products', 'sessions', 'consumptions', 'journal_entries'],
  ['goals', 'user_settings'],
  ['devices', 'ai_usage_records'],
  ['sim_latest', 'sim_server', 'sim_client'],
  ['sim_manual', 'sim_fields'],
];

/** The devices of one user, what they do, and what they did. */
export interface Crowd {
  readonly world: SyncWorld;
  readonly schema: SyncSchema;
  readonly userId: string;
  readonly devices: readonly SimulatedDevice[];
  readonly ledger: EditLedger;
  /** One device makes a row or two of each type, and all hear of them: what they edit from then on is shared. */
  begin(): Promise<void>;
  live(device: SimulatedDevice): Promise<void>;
  calmDown(): void;
  syncUntilQuiet(): Promise<void>;
  /** A request past all devices, over a network that works. */
  ask(request: WireRequest): Promise<WireAnswer | undefined>;
}

export function createCrowd(
  environment: Environment,
  counters: SyncCounters,
  seeded: SeededSync,
  mutant?: SyncMutant,
): Crowd {
  const { prng } = environment;
  const world = createSyncWorld(environment, counters, seeded, mutant);
  const ledger = new EditLedger();
  const drawn = drawDeviceWeather(prng);
  let isCalm = false;
  const weather = () => (isCalm ? CALM_DEVICES : drawn);
  const parts = {
    hosts: world.hosts,
    weather,
    counters,
    onAnswer: (call: SyncCall, answer: WireAnswer) => world.answers.note(call, answer),
  };
  const devices = Array.from({ length: DEVICE_COUNT }, (_, index) => {
    const link = new Link(environment, parts);
    return new SimulatedDevice(`device-${index}`, {
      environment,
      counters,
      weather,
      user: seeded.user,
      pulls: world.pulls,
      schema: SIM_SCHEMA,
      link,
      store: drawStore(prng, counters),
      prng: prng.fork(),
      skewMs: drawSkewMs(prng),
      mutant,
    });
  });
  const types = drawTypes(prng);
  const script: Script = {
    environment,
    counters,
    ledger,
    schema: SIM_SCHEMA,
    types,
    edited: [...types, prng.pick(types), types.at(-1) ?? ''],
    isStormy: prng.chance(0.5),
    bulky: prng.chance(0.01) ? prng.pick(devices) : undefined,
    tagCount: 0,
  };
  return {
    world,
    schema: SIM_SCHEMA,
    userId: seeded.user.userId,
    devices,
    ledger,
    begin: () => begin(script, devices),
    live: (device) => live(script, device),
    calmDown: () => {
      isCalm = true;
      for (const { link } of devices) link.mend();
    },
    syncUntilQuiet: () => syncUntilQuiet(script, devices),
    ask: (request) => new Link(environment, parts).send(seeded.user, 'observer', request),
  };
}

/** SQLite costs more: few devices have it. */
function drawStore(prng: Prng, counters: SyncCounters): LocalStore {
  if (!prng.chance(0.03)) return createMemoryStore();
  counters.sqliteDevices += 1;
  return createSqlStore(createNodeSqlite(':memory:'));
}

function drawSkewMs(prng: Prng): number {
  const sign = prng.chance(0.5) ? 1 : -1;
  return sign * prng.pick([0, 0, 1_500, 4 * 60_000, 40 * 60_000, 3 * YEAR_MS]);
}

const drawTypes = (prng: Prng): readonly string[] => [
  ...new Set([...prng.pick(TYPE_GROUPS), ...(prng.chance(0.4) ? prng.pick(TYPE_GROUPS) : [])]),
];
