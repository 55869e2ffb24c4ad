import {
  defaultConflictHandler,
  type RxCollection,
  type RxReplicationHandler,
  rxStorageInstanceToReplicationHandler,
} from 'rxdb/plugins/core';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { type OpenCollection, openCollection } from '../../peers/open-collection.ts';
import type { PeerDocument } from '../../peers/rxdb-replication.ts';
import type { BenchRow } from './bench-rows.ts';
import { type JsonServer, serveJson } from './json-server.ts';
import { secondsOf } from './pouch.ts';

export const BATCH_ROWS = 1_000;
export const FIELDS = ['title', 'content', 'mood', 'tags'] as const;
/** The side that RxDB replicates with; its own type of checkpoint stays closed. */
export type Master = RxReplicationHandler<PeerDocument, unknown>;

export const openRxdb = (): Promise<OpenCollection> => openCollection(FIELDS);

/** A collection as the master of others, by RxDB's own rules. */
export const masterOf = (collection: RxCollection<PeerDocument>): Master =>
  rxStorageInstanceToReplicationHandler<PeerDocument, unknown>(
    collection.storageInstance,
    defaultConflictHandler,
    collection.database.token,
  );

/** One round, pull and push, as an application runs it. */
export async function replicateRxdb(
  fork: OpenCollection,
  master: Pick<Master, 'masterChangesSince' | 'masterWrite'>,
) {
  const state = replicateRxCollection<PeerDocument, unknown>({
    collection: fork.collection,
    replicationIdentifier: 'bench',
    live: false,
    waitForLeadership: false,
    pull: {
      batchSize: BATCH_ROWS,
      handler: (checkpoint, batchSize) => master.masterChangesSince(checkpoint, batchSize),
    },
    push: { batchSize: BATCH_ROWS, handler: (rows) => master.masterWrite(rows) },
  });
  await state.awaitInitialReplication();
  await state.cancel();
}

export const fillRxdb = (database: OpenCollection, rows: readonly BenchRow[]): Promise<unknown> =>
  database.collection.bulkInsert(rows.map(({ id, data }) => ({ id, rowVersion: 0, ...data })));

export interface RxdbFigures {
  /** From one memory collection to another in the same process. */
  readonly memorySec: number;
  /** The same as JSON over HTTP, as its server package does it. */
  readonly pullSec: number;
  readonly pullBytes: number;
  readonly pushSec: number;
}

/** First replications of all rows, each into an empty collection. */
export async function measureRxdb(rows: readonly BenchRow[]): Promise<RxdbFigures> {
  const [source, near, pulled, behind] = await Promise.all([openRxdb(), openRxdb(), openRxdb(), openRxdb()]);
  await fillRxdb(source, rows);
  const memorySec = await secondsOf(() => replicateRxdb(near, masterOf(source.collection)));
  await assertRows(near, rows.length);
  const from = await serveMaster(masterOf(source.collection));
  const pullSec = await secondsOf(() => replicateRxdb(pulled, remoteMaster(from)));
  await assertRows(pulled, rows.length);
  const pullBytes = from.bytes();
  await from.stop();
  const to = await serveMaster(masterOf(behind.collection));
  const pushSec = await secondsOf(() => replicateRxdb(source, remoteMaster(to)));
  await assertRows(behind, rows.length);
  await to.stop();
  for (const database of [source, near, pulled, behind]) await database.close();
  return { memorySec, pullSec, pullBytes, pushSec };
}

async function assertRows({ collection }: OpenCollection, count: number): Promise<void> {
  const found = await collection.count().exec();
  if (found !== count) throw new Error(`RxDB has ${found} of ${count} rows`);
}

type Remote = Pick<Master, 'masterChangesSince' | 'masterWrite'>;

export const serveMaster = (master: Remote): Promise<JsonServer> =>
  serveJson(async ({ url, body }) => {
    if (url.pathname === '/push') {
      return { status: 200, body: await master.masterWrite(body as Parameters<Remote['masterWrite']>[0]) };
    }
    const { checkpoint } = body as { checkpoint?: unknown };
    return { status: 200, body: await master.masterChangesSince(checkpoint, BATCH_ROWS) };
  });

export function remoteMaster({ url }: JsonServer): Remote {
  const ask = async <Answer>(path: string, body: unknown): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await response.json()) as Answer;
  };
  return {
    masterChangesSince: (checkpoint) => ask('/pull', { checkpoint }),
    masterWrite: (rows) => ask('/push', rows),
  };
}
