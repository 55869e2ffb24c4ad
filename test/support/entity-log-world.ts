import type { EntityDefinition, SyncSchema } from '../../contracts/sync/entity.ts';
import type { Dynamo } from '../../lib/adapters/dynamo/dynamo.ts';
import { createEntityStore } from '../../lib/adapters/dynamo/entity-store.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import { AppError } from '../../lib/problems/app-error.ts';
import { addHash, formatHash, rowHash } from '../../lib/sync/merge/row-hash.ts';
import type { LogEntry, StoredRow, SyncHead } from '../../lib/sync/model.ts';
import type { PullDeps } from '../../lib/sync/pull/sync-reader.ts';
import {
  createStores,
  type ManualClock,
  manualClock,
  type Storage,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';
import type { Prng } from '../simulation/engine/prng.ts';
import { createSimulatedDynamo } from '../simulation/engine/simulated-dynamo.ts';

const TABLES = { samples: 'samples', core: 'core', vault: 'vault' };
export const SETTLE_MS = 1_000;
const INLINE_BYTES = 1_024;

const entity = (type: string, order: number): EntityDefinition => ({
  type,
  order,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {},
  references: {},
  rules: [],
});
export const LOG_TYPES = ['albums', 'songs', 'plays'] as const;
export const LOG_SCHEMA: SyncSchema = {
  protocolVersion: 1,
  entities: new Map(LOG_TYPES.map((type, order) => [type, entity(type, order)])),
};

export interface LogWrite {
  readonly type: string;
  readonly id: string;
  /** Undefined: a deletion. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

export interface WorldOptions {
  /** Delays until the items of a transaction are seen, when given. */
  readonly chaos?: Prng;
  /** Where the stores run instead of the simulated engine. */
  readonly storage?: Pick<Storage, 'dynamo' | 'tables'>;
}

export type EntityLogWorld = Awaited<ReturnType<typeof createEntityLogWorld>>;

/**
 * One user's rows and log on simulated tables, written by commits that are given in full: what a device must
 * come to is known without the server's own merging. Reads may be made to meet half-visible transactions.
 */
export async function createEntityLogWorld(options: WorldOptions = {}) {
  const clock = manualClock();
  const storage = options.storage ?? simulatedStorage(clock, options.chaos);
  const stores = createStores(storage, clock);
  const scope = await stores.createUser();
  // Until the user itself is seen.
  clock.advance(SETTLE_MS);
  const randomness = seededRandomness(11);
  const storeOn = (dynamo: Dynamo) =>
    createEntityStore({
      dynamo,
      coreTable: storage.tables.core,
      rowsTable: storage.tables.samples,
      dataKeys: stores.vault,
      clock,
      randomness,
    });
  const store = storeOn(storage.dynamo);
  const rows = new Map<string, StoredRow>();
  const state: { head: SyncHead | undefined } = { head: undefined };
  const commitNow = async (writes: readonly LogWrite[], originDeviceId: string): Promise<LogEntry> => {
    const found = await store.loadHead(scope);
    if (state.head !== undefined && found !== undefined && found !== 'gone') {
      // Compaction may have moved these; the rest may be half visible.
      const { horizonSeq, forgottenVersion } = found;
      state.head = { ...state.head, horizonSeq, forgottenVersion };
    }
    const seq = (state.head?.seq ?? 0) + 1;
    const made = writes.map((write) => nextRow(rows.get(`${write.type}/${write.id}`), write, { seq, clock }));
    const entry = toEntry(made, { seq, originDeviceId, committedAtMs: clock.now() });
    const written = made.map((row) => ({
      row,
      readVersion: rows.get(`${row.type}/${row.id}`)?.state.version,
    }));
    for (const row of made) rows.set(`${row.type}/${row.id}`, row);
    const head = { ...(state.head ?? NEW_HEAD), seq, digests: digestsOf(rows.values()) };
    const outcome = await store.commit(scope, {
      read: state.head,
      head,
      entry,
      rows: written.map(({ row, readVersion }) => ({ row: { ...row, originDeviceId }, readVersion })),
      aliases: [],
      conflicts: [],
      operation: undefined,
    });
    if (outcome !== 'committed') throw new Error(`the world's own commit: ${outcome}`);
    state.head = head;
    return entry;
  };
  /** One after the other, whoever asks for them. */
  let last: Promise<unknown> = Promise.resolve();
  const commit = (writes: readonly LogWrite[], originDeviceId = 'writer'): Promise<LogEntry> => {
    const next = last.then(() => commitNow(writes, originDeviceId));
    last = next;
    return next;
  };
  const deps = (dynamo: Dynamo = storage.dynamo): PullDeps => ({
    store: storeOn(dynamo),
    schema: LOG_SCHEMA,
    clock,
    randomness,
  });
  return { clock, storage, stores, scope, store, state, rows, commit, deps };
}

const NEW_HEAD: SyncHead = {
  seq: 0,
  epoch: 'epoch-1',
  horizonSeq: 0,
  forgottenVersion: 0,
  digests: {},
  openConflictCount: 0,
};

function simulatedStorage(clock: ManualClock, chaos: Prng | undefined) {
  const { client } = createSimulatedDynamo({
    tableNames: Object.values(TABLES),
    now: clock.now,
    ...(chaos === undefined
      ? {}
      : {
          chaos: {
            visibilityDelaysMs: (count: number) => Array.from({ length: count }, () => chaos.below(400)),
            conflictAt: () => undefined,
            readLagMs: () => 0,
            unprocessedCount: () => 0,
          },
        }),
  });
  return { dynamo: client, tables: TABLES };
}

function nextRow(
  before: StoredRow | undefined,
  { type, id, data }: LogWrite,
  { seq, clock }: { readonly seq: number; readonly clock: ManualClock },
): StoredRow {
  const nowMs = clock.now();
  const version = (before?.state.version ?? 0) + 1;
  return {
    type,
    id,
    state: { version, deleted: data === undefined, data: data ?? {}, stamps: {}, elements: {} },
    seq,
    createdAtMs: before?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
    originDeviceId: null,
    references: {},
  };
}

const toEntry = (
  rows: readonly StoredRow[],
  parts: { readonly seq: number; readonly originDeviceId: string; readonly committedAtMs: EpochMs },
): LogEntry => ({
  ...parts,
  operationId: null,
  correlationId: 'corr',
  changes: rows.map((row) => ({
    type: row.type,
    id: row.id,
    op: row.state.deleted ? 'delete' : 'upsert',
    version: row.state.version,
    row:
      JSON.stringify(row.state.data).length > INLINE_BYTES
        ? undefined
        : { ...row, originDeviceId: parts.originDeviceId },
  })),
});

/** SYN9 from the rows themselves. */
function digestsOf(rows: Iterable<StoredRow>): SyncHead['digests'] {
  const digests: Record<string, { count: number; hash: bigint }> = {};
  for (const { type, id, state } of rows) {
    if (state.deleted) continue;
    const { count, hash } = digests[type] ?? { count: 0, hash: 0n };
    digests[type] = { count: count + 1, hash: addHash(hash, rowHash(id, state.version, state.data)) };
  }
  return digests;
}

export interface DeviceRow {
  readonly entityType: string;
  readonly id: string;
  readonly version: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a device that applies by version ends with. */
export function createReplica() {
  const rows = new Map<string, DeviceRow>();
  const versions = new Map<string, number>();
  const apply = (change: DeviceRow & { readonly op?: string }) => {
    const name = `${change.entityType}/${change.id}`;
    if (change.version <= (versions.get(name) ?? 0)) return;
    versions.set(name, change.version);
    if (change.op === 'delete') rows.delete(name);
    else rows.set(name, change);
  };
  return {
    apply,
    /** Name, version and data of each living row, sorted. */
    content: () => sorted([...rows.values()].map(({ entityType, ...row }) => ({ ...row, type: entityType }))),
    digest: (types: readonly string[]) => {
      const living = [...rows.values()];
      const parts = types.map((type) => {
        const own = living.filter(({ entityType }) => entityType === type);
        const hash = own.reduce((sum, row) => addHash(sum, rowHash(row.id, row.version, row.data)), 0n);
        return [type, { count: own.length, hash: formatHash(hash) }] as const;
      });
      return Object.fromEntries(parts);
    },
  };
}

interface Named {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly data: unknown;
}
const sorted = (rows: readonly Named[]) =>
  rows
    .map(({ type, id, version, data }) => ({ type, id, version, data }))
    .sort((a, b) => (`${a.type}/${a.id}` < `${b.type}/${b.id}` ? -1 : 1));

/** What every device must come to. */
export const livingRows = (world: Pick<EntityLogWorld, 'rows'>, types: readonly string[] = LOG_TYPES) =>
  sorted(
    [...world.rows.values()]
      .filter(({ type, state }) => !state.deleted && types.includes(type))
      .map(({ type, id, state }) => ({ type, id, version: state.version, data: state.data })),
  );

export const song = (id: string, data: Readonly<Record<string, unknown>> = { title: id }): LogWrite => ({
  type: 'songs',
  id,
  data,
});
export const noSong = (id: string): LogWrite => ({ type: 'songs', id, data: undefined });
export const album = (id: string): LogWrite => ({ type: 'albums', id, data: { name: id } });

/** The world's own, with some methods of its store made otherwise. */
export const depsWith = (
  world: EntityLogWorld,
  parts: (store: EntityLogWorld['store']) => Partial<EntityLogWorld['store']>,
): PullDeps => ({ ...world.deps(), store: { ...world.store, ...parts(world.store) } });

/** The code of the AppError that it ends with; `none` when it does not. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'none';
}
