import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import { HeadwaterError } from '../../../lib/client/client-error.ts';
import type { HeadwaterClient } from '../../../lib/client/headwater-client.ts';
import type { LocalRow } from '../../../lib/client/store/row-view.ts';
import type { Environment } from '../world/environment.ts';
import type { SyncCounters } from './counters.ts';
import type { SimulatedDevice } from './device.ts';
import { drawCreate, drawPatch } from './draw-row.ts';
import type { EditLedger } from './edits.ts';

const MAX_STEPS = 12;
/** A write that is postponed goes again for half an hour. */
const MAX_QUIET_ROUNDS = 30;
const ROUND_PAUSE_MS = 120_000;
/** With so many rows of a type there, more are seldom made: devices shall meet in the same rows. */
const FEW_ROWS = 1;
/** More than MAX_CHANGES_PER_CHUNK. */
const BULK_COUNT = 150;
const STORM_EVERY_MS = 15_000;

/** What the devices of one history do. */
export interface Script {
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

export async function begin(script: Script, devices: readonly SimulatedDevice[]): Promise<void> {
  const [first] = devices;
  const orderOf = (type: string) => script.schema.entities.get(type)?.order ?? 0;
  for (const type of script.types.toSorted((a, b) => orderOf(a) - orderOf(b))) {
    if (first !== undefined) await edit(script, first, type);
  }
  for (const device of devices) await device.with((client) => client.sync());
}

export async function live(script: Script, device: SimulatedDevice): Promise<void> {
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
export async function syncUntilQuiet(script: Script, devices: readonly SimulatedDevice[]): Promise<void> {
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
