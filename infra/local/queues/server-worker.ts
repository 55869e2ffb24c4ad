import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { buildApp } from 'fauxqs';

/** What the starter hands to this thread. */
export interface ServerSettings {
  readonly port: number;
  readonly region: string;
  readonly queuesDirectory: string;
  readonly objectsDirectory: string;
}

/*
 * fauxqs keeps its state only when it also listens on every address (`startFauxqs`), and this machine's data
 * is nobody else's business: so its parts are put together here, in the order in which it does so itself, and
 * listen on 127.0.0.1. Its package exports only the entry, hence the paths.
 */
const { port, region, queuesDirectory, objectsDirectory } = workerData as ServerSettings;
const root = new URL('./', import.meta.resolve('fauxqs'));
const part = async (path: string): Promise<Record<string, new (directory?: string) => never>> =>
  import(new URL(path, root).href);

releaseInFlight(join(queuesDirectory, 'fauxqs.db'));
const { SqsStore } = await part('./sqs/sqsStore.js');
const { SnsStore } = await part('./sns/snsStore.js');
const { S3Store } = await part('./s3/s3Store.js');
const { PersistenceManager } = await part('./persistence.js');
const { FileS3Persistence } = await part('./s3/fileS3Persistence.js');
const stores = makeStores();
const app = buildApp({ logger: false, host: '', defaultRegion: region, stores });
await app.listen({ host: '127.0.0.1', port });
parentPort?.postMessage('ready');
parentPort?.once('message', () => void app.close().then(() => process.exit(0)));

interface Persisted {
  persistence?: unknown;
}
interface Keeper {
  loadSqsAndSns(queues: unknown, topics: unknown): void;
  loadS3(objects: unknown): void;
  readonly db?: DatabaseSync;
  updateMessageReady?(messageId: string): void;
}

function makeStores() {
  const made = <Instance>(
    type: (new (directory?: string) => never) | undefined,
    directory?: string,
  ): Instance => {
    if (type === undefined) throw new Error('fauxqs has changed its parts: pin 2.4.1');
    return new type(directory);
  };
  const sqsStore = made<Persisted & { host: string; allQueues(): Iterable<Persisted> }>(SqsStore);
  const snsStore = made<Persisted>(SnsStore);
  const s3Store = made<Persisted>(S3Store);
  const queueKeeper = made<Keeper>(PersistenceManager, queuesDirectory);
  const objectKeeper = made<Keeper>(FileS3Persistence, objectsDirectory);
  // What is written outlives any kill of a process without waiting for the disk (SQLite, "WAL mode"): only
  // a power cut may take the last messages, and three waits for each message halved what passes through.
  queueKeeper.db?.exec('PRAGMA synchronous = NORMAL');
  // Its own way to make a message ready at once sets a column to null that may not be, and loses the message.
  const makeReady = queueKeeper.db?.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  queueKeeper.updateMessageReady = (messageId) => void makeReady?.run(messageId);
  // An empty host makes queue URLs of the address that the client called.
  sqsStore.host = '';
  // Loading before the keeper is attached: otherwise each loaded queue is written again, and loses its messages.
  queueKeeper.loadSqsAndSns(sqsStore, snsStore);
  objectKeeper.loadS3(s3Store);
  for (const queue of sqsStore.allQueues()) queue.persistence = queueKeeper;
  sqsStore.persistence = queueKeeper;
  snsStore.persistence = queueKeeper;
  s3Store.persistence = objectKeeper;
  return { sqsStore, snsStore, s3Store } as never;
}

/**
 * Nobody holds a message while nothing runs: what was in flight when the last run ended is ready again at
 * once, and that delivery does not count, for the message was not at fault.
 */
function releaseInFlight(path: string): void {
  if (!existsSync(path)) return;
  const database = new DatabaseSync(path);
  database.exec(
    `UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL,
       approximate_receive_count = max(0, approximate_receive_count - 1) WHERE receipt_handle IS NOT NULL`,
  );
  database.close();
}
