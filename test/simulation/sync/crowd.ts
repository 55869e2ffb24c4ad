import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import { HeadwaterError } from '../../../lib/client/client-error.ts';
import type { HeadwaterClient } from '../../../lib/client/headwater-client.ts';
import { createNodeSqlite } from '../../../lib/client/storage/node-sqlite.ts';
import type { LocalStore } from '../../../lib/client/store/local-store.ts';
import { createMemoryStore } from '../../../lib/client/store/memory-store.ts';
import type { LocalRow } from '../../../lib/client/store/row-view.ts';
import { createSqlStore } from '../../../lib/client/store/sql-store.ts';
import type { Prng } from '../engine/prng.ts';
import type { Environment } from '../world/environment.ts';
import type { SyncCounters } from './counters.ts';
import { SimulatedDevice } from './device.ts';
import { drawCreate, drawPatch } from './draw-row.ts';
import { EditLedger } from './edits.ts';
import type { SyncMutant } from './mutant.ts';
import { Link, type SyncCall, type WireAnswer, type WireRequest } from './network.ts';
import type { SeededSync } from './seed.ts';
import { SIM_SCHEMA } from './sim-schema.ts';
import { createSyncWorld, type SyncWorld } from './sync-world.ts';
import { CALM_DEVICES, drawDeviceWeather } from './weather.ts';

const DEVICE_COUNT = 3;
const MAX_STEPS = 12;
const YEAR_MS = 365 * 86_400_000;
/** A write that is postponed goes again for half an hour. */
const MAX_QUIET_ROUNDS = 30;
const ROUND_PAUSE_MS = 120_000;

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
/** With so many rows of a type there, more are seldom made: devices shall meet in the same rows. */
const FEW_ROWS = 1;
/** More than MAX_CHANGES_PER_CHUNK. */
const BULK_COUNT = 150;
const STORM_EVERY_MS = 15_000;

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

interface Script {
  readonly environment: Environment;
  readonly counters: SyncCounters;
  readonly ledger: EditLedger;
  readonly schema: SyncSchema;
  readonly types: readonly string[];
  /** The same, those that are edited more often more than once. */
  readonly edited: readonly string[];
  /** All devices sync at the same instants. */
  readonly isStormy: boolean;
  /** Was offline for long: it has more to send than one transaction takes. */
  readonly bulky: SimulatedDevice | undefined;
  tagCount: number;
}

async function begin(script: Script, devices: readonly SimulatedDevice[]): Promise<void> {
  const [first] = devices;
  const orderOf = (type: string) => script.schema.entities.get(type)?.order ?? 0;
  for (const type of script.types.toSorted((a, b) => orderOf(a) - orderOf(b))) {
    if (first !== undefined) await edit(script, first, type);
  }
  for (const device of devices) await device.with((client) => client.sync());
}

async function live(script: Script, device: SimulatedDevice): Promise<void> {
  const { environment, counters } = script;
  const { prng, scheduler } = environment;
  const stepCount = 4 + prng.below(MAX_STEPS);
  for (let count = 0; count < BULK_COUNT && device === script.bulky; count += 1)
    await edit(script, device, 'goals');
  for (let step = 0; step < stepCount; step += 1) {
    await scheduler.wait(prng.below(prng.chance(0.2) ? 60_000 : 3_000));
    const chance = prng.below(100);
    if (chance < 60) await edit(script, device, prng.pick(script.edited));
    else if (chance < 88) await syncOnce(script, device);
    else if (chance < 93) device.kill();
    else {
      counters.partitions += 1;
      device.link.cut(prng);
      scheduler.after(prng.below(30_000), () => device.link.mend());
    }
  }
}

async function syncOnce(script: Script, device: SimulatedDevice): Promise<void> {
  const { environment, counters } = script;
  const { scheduler, prng } = environment;
  if (script.isStormy)
    await scheduler.wait(STORM_EVERY_MS - (scheduler.now() % STORM_EVERY_MS) + prng.below(300));
  counters.syncRuns += 1;
  const run = device.with((client) => client.sync()).catch(rethrowOthers);
  // Some apps go on editing while they sync.
  if (prng.chance(0.5)) await run;
  else run.catch((error: unknown) => environment.violation('SIM', String(error)));
}

async function edit(script: Script, device: SimulatedDevice, type: string): Promise<void> {
  const { environment, schema, ledger, counters } = script;
  const { prng } = environment;
  const entity = schema.entities.get(type);
  if (entity === undefined) throw new Error('the script edits a type that there is not');
  script.tagCount += 1;
  const tag = `${device.name}-${script.tagCount}`;
  await device
    .with(async (client) => {
      const visible = await visibleRows(client, [
        entity.type,
        ...Object.values(entity.references).map(({ to }) => to),
      ]);
      const idsOf = (type: string) => (visible.get(type) ?? []).map(({ id }) => id);
      const seenOf = (id: string) => visible.get(entity.type)?.find((row) => row.id === id)?.version;
      const draw = { prng, tag, idsOf };
      const ids = idsOf(entity.type);
      const about = { device: device.name, type: entity.type };
      const isMade = device === script.bulky && type === 'goals';
      if (ids.length === 0 || prng.chance(isMade ? 0.9 : ids.length < FEW_ROWS ? 0.35 : 0.1)) {
        const data = drawCreate(draw, entity);
        if (data === undefined) return;
        const noted = ledger.begin({
          ...about,
          id: entity.id === 'me' ? 'me' : '',
          op: 'create',
          data,
          seenVersion: undefined,
        });
        await kept(noted, client.create(entity.type, data));
      } else if (prng.chance(0.15)) {
        const id = prng.pick(ids);
        await kept(
          ledger.begin({ ...about, id, op: 'delete', data: {}, seenVersion: seenOf(id) }),
          client.delete(entity.type, id),
        );
      } else {
        const id = prng.pick(ids);
        const data = drawPatch(draw, entity);
        await kept(
          ledger.begin({ ...about, id, op: 'update', data, seenVersion: seenOf(id) }),
          client.update(entity.type, id, data),
        );
      }
      counters.localEdits += 1;
    })
    .catch(rethrowOthers);
}

async function visibleRows(client: HeadwaterClient, types: readonly string[]) {
  const rows = new Map<string, readonly LocalRow[]>();
  for (const type of new Set(types)) rows.set(type, await client.query(type));
  return rows;
}

async function kept(noted: ReturnType<EditLedger['begin']>, work: Promise<unknown>): Promise<void> {
  try {
    const id = await work;
    noted.acknowledged(typeof id === 'string' ? id : undefined);
  } catch (error) {
    noted.refused();
    throw error;
  }
}

/** What the app is told and may go on after. */
function rethrowOthers(error: unknown): void {
  if (
    error instanceof HeadwaterError &&
    ['VALIDATION_FAILED', 'ROW_NOT_FOUND', 'REQUEST_REFUSED'].includes(error.code)
  )
    return;
  throw error;
}

/** Every device in turn, until a whole round moved nothing; then what waits for a person is decided. */
async function syncUntilQuiet(script: Script, devices: readonly SimulatedDevice[]): Promise<void> {
  const { environment } = script;
  let before = '';
  for (let round = 0; round < MAX_QUIET_ROUNDS; round += 1) {
    const states: string[] = [];
    for (const device of devices) {
      await device.with((client) => client.sync());
      states.push(await restingState(device));
      await environment.scheduler.wait(ROUND_PAUSE_MS);
    }
    const state = states.join();
    if (state === before && !(await decideConflicts(script, devices))) return;
    before = state;
  }
  environment.violation('QUIET', `devices do not come to rest: ${before}`);
}

const restingState = async (device: SimulatedDevice): Promise<string> => {
  const status = await device.with((client) => client.status());
  const { lastReport, isSyncing: _, ...counts } = status === 'killed' ? { lastReport: undefined } : status;
  const { outcome, error, push, pull } = lastReport ?? {};
  return JSON.stringify({ ...counts, outcome, error, push, changes: pull?.changeCount });
};

/** Whether there was any. */
async function decideConflicts(
  { environment }: Script,
  devices: readonly SimulatedDevice[],
): Promise<boolean> {
  const { prng } = environment;
  let isAny = false;
  for (const device of devices) {
    await device.with(async (client) => {
      for (const { conflictId, state } of await client.queue()) {
        if (state !== 'conflicted' || conflictId === undefined) continue;
        isAny = true;
        const strategy = prng.pick(['client', 'server'] as const);
        await client.resolve(conflictId, { strategy }).catch(rethrowOthers);
      }
    });
  }
  return isAny;
}
