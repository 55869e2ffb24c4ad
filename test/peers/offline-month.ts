import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { HeadwaterClient } from '../../lib/client/headwater-client.ts';
import { createPrng } from '../simulation/engine/prng.ts';
import type { RunningCloud } from '../support/local-cloud.ts';
import { openCloudDoor } from './cloud-door.ts';
import { openSyncDevice, type SyncDevice } from './sync-device.ts';
import type { SyncDoor } from './sync-door.ts';

const TYPE = 'journal_entries';
const MONTH_MS = 30 * 86_400_000;
const DEVICE_PROGRAM = 'test/peers/sync-device.ts';
const POLL_MS = 20;

export interface OfflineMonth {
  readonly cloud: RunningCloud;
  readonly directory: string;
  readonly editCount: number;
}

export interface OfflineOutcome {
  /** Of both processes of the device together, each from its start. */
  readonly syncSec: number;
  /** Rows that the server had when the first process was killed. */
  readonly rowsAtKill: number;
  readonly verdict: string;
  /** Rows that are not on the server as they were written, or are there and were deleted. */
  readonly differences: readonly string[];
  readonly rowCount: number;
}

/**
 * A device is offline for thirty days and is edited all the time. Then it syncs in a process that is killed as
 * soon as the server has a part of it, and once more in another one.
 */
export async function syncAfterOfflineMonth({
  cloud,
  directory,
  editCount,
}: OfflineMonth): Promise<OfflineOutcome> {
  const { userId, door } = await openCloudDoor(cloud, randomUUID());
  const databasePath = join(directory, `${randomUUID()}.sqlite`);
  const device = { databasePath, apiUrl: cloud.apiUrl, apiKey: cloud.apiKey, userId };
  const written = await editOffline(device, editCount);
  const firstMs = performance.now();
  const rowsAtKill = await killInTheMiddle(device, door, written.size / 3);
  await runDevice(device).done;
  const syncSec = (performance.now() - firstMs) / 1_000;
  const client = await openSyncDevice(device, Date.now);
  const verdict = await client.verify();
  const differences = await compare(client, written);
  await client.close();
  return { syncSec, rowsAtKill, verdict, differences, rowCount: written.size };
}

type Written = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Rows are made, changed and deleted over thirty days that end now. Answers what there is in the end. */
async function editOffline(device: SyncDevice, editCount: number): Promise<Written> {
  const prng = createPrng(editCount);
  const startMs = Date.now() - MONTH_MS;
  let step = 0;
  const client = await openSyncDevice(device, () => startMs + Math.floor((step * MONTH_MS) / editCount));
  const written = new Map<string, Readonly<Record<string, unknown>>>();
  const ids: string[] = [];
  for (; step < editCount; step += 1) {
    const id = prng.pick([...ids.slice(-50), '']);
    if (!written.has(id) || prng.chance(0.5)) {
      const data = { title: `day ${step}`, content: `what happened at ${step}`, tags: ['offline'] };
      const made = await client.create(TYPE, data);
      ids.push(made);
      written.set(made, data);
    } else if (prng.chance(0.15)) {
      await client.delete(TYPE, id);
      written.delete(id);
    } else {
      await client.update(TYPE, id, { content: `changed at ${step}` });
      written.set(id, { ...written.get(id), content: `changed at ${step}` });
    }
  }
  await client.close();
  return written;
}

function runDevice(device: SyncDevice) {
  const child = spawn(process.execPath, [DEVICE_PROGRAM, JSON.stringify(device)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const done = new Promise<void>((resolve, reject) => {
    child.once('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve();
      else reject(new Error(`the device ended with ${code}\n${output}`));
    });
  });
  return { child, done };
}

/** Answers how many rows the server had then. */
async function killInTheMiddle(device: SyncDevice, door: SyncDoor, atRows: number): Promise<number> {
  const { child, done } = runDevice(device);
  for (;;) {
    const rowCount = await countRows(door);
    if (rowCount >= atRows || child.exitCode !== null) {
      child.kill('SIGKILL');
      await done;
      return countRows(door);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function countRows(door: SyncDoor): Promise<number> {
  const { body } = await door({ method: 'GET', path: '/v1/sync/status' });
  return (JSON.parse(body) as { rowCount: number }).rowCount;
}

async function compare(client: HeadwaterClient, written: Written): Promise<readonly string[]> {
  const rows = new Map((await client.query(TYPE)).map((row) => [row.id, row]));
  const missing = [...written.keys()].filter((id) => !rows.has(id)).map((id) => `${id} is missing`);
  const others = [...rows.values()].flatMap(({ id, data, state }) => {
    const wanted = written.get(id);
    if (wanted === undefined) return [`${id} was deleted`];
    const isAsWritten = Object.entries(wanted).every(
      ([field, value]) => JSON.stringify(data[field]) === JSON.stringify(value),
    );
    return isAsWritten && state === 'synced' ? [] : [`${id} is ${state} and not as it was written`];
  });
  return [...missing, ...others];
}
