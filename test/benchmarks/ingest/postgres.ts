import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface BenchSample {
  readonly owner: string;
  readonly metric: string;
  readonly start: string;
  readonly end?: string;
  readonly value: number;
  readonly unit: string;
}

/** A row per sample with the key that peers use, and the two indexes that their reads need. */
const SCHEMA = `
  CREATE TABLE health_samples (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id text NOT NULL,
    provider text NOT NULL,
    metric text NOT NULL,
    recorded_at timestamptz NOT NULL,
    ended_at timestamptz,
    value double precision NOT NULL,
    unit text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, provider, metric, recorded_at)
  );
  CREATE INDEX ON health_samples (user_id, metric, recorded_at);
  CREATE INDEX ON health_samples (user_id, recorded_at);
`;
const COLUMNS = 7;

export interface RunningPostgres {
  readonly version: string;
  readonly port: number;
  stop(): void;
}

/** A cluster of its own in a temporary folder with PostgreSQL's defaults (fsync on); undefined when it is not installed. */
export async function startPostgres(): Promise<RunningPostgres | undefined> {
  const bin = findBinaries();
  if (bin === undefined) return undefined;
  const owner = process.getuid?.() === 0 ? idOf('postgres') : undefined;
  if (process.getuid?.() === 0 && owner === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'headwater-postgres-'));
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const port = await freePort();
  const run = { ...(owner ?? {}), stdio: 'ignore' } as const;
  execFileSync(join(bin, 'initdb'), ['-D', join(folder, 'data'), '-U', 'bench', '--auth=trust'], run);
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder],
    run,
  );
  await waitUntilAnswering(port, server);
  const version = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).trim();
  return {
    version,
    port,
    stop() {
      server.kill('SIGINT');
      server.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    },
  };
}

/** Inserts everything in statements of `batchCount` rows over `connections` connections; seconds it took. */
export async function insertAll(
  port: number,
  samples: readonly BenchSample[],
  { batchCount, connections }: { readonly batchCount: number; readonly connections: number },
): Promise<number> {
  const setup = await connect(port);
  await setup.query(`DROP TABLE IF EXISTS health_samples; ${SCHEMA}`);
  await setup.end();
  const batches = Array.from({ length: Math.ceil(samples.length / batchCount) }, (_, index) =>
    samples.slice(index * batchCount, (index + 1) * batchCount),
  );
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(port)));
  const startedMs = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift())
        await insertBatch(client, batch);
    }),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  const { rows } = await (clients[0] as pg.Client).query('SELECT count(*)::int AS count FROM health_samples');
  await Promise.all(clients.map((client) => client.end()));
  if (rows[0].count !== samples.length)
    throw new Error(`PostgreSQL holds ${rows[0].count} rows of ${samples.length}`);
  return seconds;
}

async function insertBatch(client: pg.Client, batch: readonly BenchSample[]): Promise<void> {
  const places = batch.map(
    (_, row) =>
      `(${Array.from({ length: COLUMNS }, (__, column) => `$${row * COLUMNS + column + 1}`).join(',')})`,
  );
  await client.query({
    name: `insert-${batch.length}`,
    text: `INSERT INTO health_samples (user_id, provider, metric, recorded_at, ended_at, value, unit) VALUES ${places.join(',')} ON CONFLICT DO NOTHING RETURNING id`,
    values: batch.flatMap((sample) => [
      sample.owner,
      'fitbit',
      sample.metric,
      sample.start,
      sample.end ?? null,
      sample.value,
      sample.unit,
    ]),
  });
}

function findBinaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const installed = existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
  return [...installed, ...(process.env['PATH'] ?? '').split(':')].find((folder) =>
    existsSync(join(folder, 'initdb')),
  );
}

function idOf(user: string): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function connect(port: number): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'bench', database: 'postgres' });
  await client.connect();
  return client;
}

async function waitUntilAnswering(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
    try {
      await (await connect(port)).end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('PostgreSQL did not answer in 10 s');
}
