import { randomUUID } from 'node:crypto';
import http from 'pouchdb-adapter-http';
import memory from 'pouchdb-adapter-memory';
import PouchDB from 'pouchdb-core';
import replication from 'pouchdb-replication';
import type { BenchRow } from './bench-rows.ts';
import { serveCouch } from './couch-server.ts';
import type { OpenDevices } from './lost-updates.ts';

PouchDB.plugin(memory).plugin(http).plugin(replication);
/** PouchDB's default of 100 is slower here, and more than this changes nothing. */
const BATCH_ROWS = 500;

export const openPouch = (): PouchDB => new PouchDB(randomUUID(), { adapter: 'memory' });

export const replicatePouch = (source: PouchDB, target: PouchDB): Promise<unknown> =>
  PouchDB.replicate(source, target, { batch_size: BATCH_ROWS });

export async function fillPouch(database: PouchDB, rows: readonly BenchRow[]): Promise<void> {
  await database.bulkDocs({ docs: rows.map(({ id, data }) => ({ _id: id, ...data })) });
}

export interface PouchFigures {
  /** From one memory database to another in the same process. */
  readonly memorySec: number;
  /** The same through its HTTP adapter: pulled from, and pushed to, a database behind a server. */
  readonly pullSec: number;
  readonly pullBytes: number;
  readonly pushSec: number;
}

/** First replications of all rows, each into an empty database. */
export async function measurePouch(rows: readonly BenchRow[]): Promise<PouchFigures> {
  const [source, near, pulled, behind] = [openPouch(), openPouch(), openPouch(), openPouch()];
  await fillPouch(source, rows);
  const memorySec = await secondsOf(() => replicatePouch(source, near));
  await assertRows(near, rows.length);
  const from = await serveCouch(source);
  const pullSec = await secondsOf(() => replicatePouch(new PouchDB(from.url), pulled));
  await assertRows(pulled, rows.length);
  const pullBytes = from.bytes();
  await from.stop();
  const to = await serveCouch(behind);
  const pushSec = await secondsOf(() => replicatePouch(source, new PouchDB(to.url)));
  await assertRows(behind, rows.length);
  await to.stop();
  for (const database of [source, near, pulled, behind]) await database.destroy();
  return { memorySec, pullSec, pullBytes, pushSec };
}

async function assertRows(database: PouchDB, count: number): Promise<void> {
  const { rows } = await database.allDocs({ include_docs: true });
  if (rows.length !== count) throw new Error(`PouchDB has ${rows.length} of ${count} rows`);
}

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1_000;
}

/** Two databases that replicate with a third, with PouchDB's own winner among conflicting revisions. */
export const openPouchDevices: OpenDevices = async (rows) => {
  const hub = openPouch();
  await fillPouch(hub, rows);
  const device = async () => {
    const database = openPouch();
    await replicatePouch(hub, database);
    return {
      edit: async (id: string, fields: object) => database.put({ ...(await database.get(id)), ...fields }),
      sync: async () => {
        await replicatePouch(database, hub);
        await replicatePouch(hub, database);
      },
      read: (id: string) => database.get(id),
      destroy: () => database.destroy(),
    };
  };
  const [left, right] = [await device(), await device()];
  return { left, right, close: () => Promise.all([left.destroy(), right.destroy(), hub.destroy()]) };
};
