import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Layout } from '../data-directory/layout.ts';
import { findFreePort } from '../processes/free-port.ts';
import { endGuarded, endOrphanOf, spawnGuarded } from '../processes/guarded.ts';
import { callDynamo } from './json-call.ts';

export interface Engine {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** After this many ends within a minute something is wrong that a restart does not mend. */
const MAX_RESTARTS_PER_MINUTE = 5;

/**
 * The engine as a child under a guardian, on a port that stays the same. An engine that a killed start left
 * behind is ended first; one that ends by itself is started again on the same file, where all that was
 * acknowledged lies. `onGivenUp` is called when it does not stay up.
 */
export async function startEngine(
  layout: Layout,
  binary: string,
  onGivenUp: (error: Error) => void,
): Promise<Engine> {
  await endOrphan(layout, binary);
  const port = await findFreePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const startsMs: number[] = [];
  let isStopping = false;
  let child = spawnEngine(layout, binary, port);

  const watch = (watched: ChildProcess): void => {
    watched.once('exit', () => {
      if (isStopping) return;
      const nowMs = Date.now();
      startsMs.push(nowMs);
      if (startsMs.filter((startMs) => nowMs - startMs < 60_000).length > MAX_RESTARTS_PER_MINUTE) {
        onGivenUp(
          new Error(`the DynamoDB engine does not stay up: see ${join(layout.logs, 'dynamodb.log')}`),
        );
        return;
      }
      void endOrphan(layout, binary).then(() => {
        if (isStopping) return;
        child = spawnEngine(layout, binary, port);
        watch(child);
      });
    });
  };
  watch(child);
  await untilAnswering(endpoint, () => child.exitCode !== null);
  createStreamIndex(layout.engineDatabase);
  return {
    endpoint,
    stop: () => {
      isStopping = true;
      return endGuarded(child);
    },
  };
}

const spawnEngine = (layout: Layout, binary: string, port: number): ChildProcess =>
  spawnGuarded({
    processFile: layout.engineProcess,
    logFile: join(layout.logs, 'dynamodb.log'),
    program: binary,
    programArguments: ['serve', '--port', String(port), '--db-path', layout.engineDatabase],
  });

/** Ends the recorded process when it still is our engine on our file. */
export const endOrphan = (layout: Layout, binary: string): Promise<void> =>
  endOrphanOf(layout.engineProcess, [binary, layout.engineDatabase]);

async function untilAnswering(endpoint: string, hasEnded: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400 && !hasEnded(); attempt += 1) {
    try {
      await callDynamo(endpoint, 'DynamoDB_20120810.ListTables', {});
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error('the DynamoDB engine did not start: see logs/dynamodb.log in the data directory');
}

/**
 * Each write looks up the last sequence number of its table's stream, which scans every record as the engine
 * ships: 138 puts a second and falling, about 2,200 with this index (architecture.md 6).
 */
function createStreamIndex(path: string): void {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  database.exec(
    'CREATE INDEX IF NOT EXISTS ix_sr ON _stream_records(table_name, CAST(sequence_number AS INTEGER))',
  );
  database.close();
}
