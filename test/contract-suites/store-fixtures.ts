import {
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, test } from 'vitest';
import type { SourceId, UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { createBlockReader } from '../../lib/adapters/dynamo/block-reader.ts';
import { headKey, userPartition } from '../../lib/adapters/dynamo/core-keys.ts';
import { type Dynamo, type Item, S, type TableNames } from '../../lib/adapters/dynamo/dynamo.ts';
import { eraseHead, putNewHead } from '../../lib/adapters/dynamo/head-item.ts';
import { createHeadStore } from '../../lib/adapters/dynamo/head-store.ts';
import { createSampleStore } from '../../lib/adapters/dynamo/sample-store.ts';
import { entityPartition, metricPartition } from '../../lib/adapters/dynamo/samples-keys.ts';
import { createVaultStore } from '../../lib/adapters/dynamo/vault-store.ts';
import { open, seal } from '../../lib/adapters/sealing/sealing.ts';
import type { Clock } from '../../lib/core/clock.ts';
import { DAY_MS, type EpochMs } from '../../lib/core/instants.ts';
import type { Randomness } from '../../lib/core/randomness.ts';
import type { ChangeEntry } from '../../lib/outbox/model.ts';
import {
  type BlockRef,
  blockName,
  type Head,
  type Ledger,
  type RequestId,
  type StoredBlock,
  type UserScope,
} from '../../lib/samples/model.ts';
import type { IngestCommit } from '../../lib/samples/sample-store.ts';
import type { KeyWrapper } from '../../lib/vault/data-keys.ts';

import { createSimulatedDynamo } from '../simulation/engine/simulated-dynamo.ts';
import { type DynamoEngineKind, dynamoEngineKinds } from '../support/engines/dynamo-engines.ts';

/** What an engine gives to the suites: the stores under test run on `dynamo` as it is. */
export interface Storage {
  readonly dynamo: Dynamo;
  readonly tables: TableNames;
  stop(): Promise<void>;
}

export async function openEngineStorage(kind: DynamoEngineKind): Promise<Storage> {
  const { client, tables, stop } = await kind.start();
  return { dynamo: client, tables, stop };
}

/** The simulated DynamoDB without faults: the same stores, in this process. */
export async function openSimulatedStorage(): Promise<Storage> {
  const tables: TableNames = { samples: 'samples', core: 'core', vault: 'vault' };
  const { client } = createSimulatedDynamo({ tableNames: Object.values(tables), now: () => START_MS });
  return { dynamo: client, tables, stop: async () => undefined };
}

/** 2026-11-21T12:00:00Z: every contract test starts here. */
export const START_MS = 1_795_262_400_000 as EpochMs;

export interface ManualClock extends Clock {
  advance(durationMs: number): void;
}

/** Stands still; `sleep` moves it on at once. */
export function manualClock(): ManualClock {
  let nowMs: number = START_MS;
  return {
    now: () => nowMs as EpochMs,
    sleep: async (durationMs) => {
      nowMs += durationMs;
    },
    advance: (durationMs) => {
      nowMs += durationMs;
    },
  };
}

/** Bytes of a xorshift generator: the same seed gives the same nonces and ids. */
export function seededRandomness(seed: number): Randomness {
  let state = seed | 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  };
  return { bytes: (count) => Uint8Array.from({ length: count }, next) };
}

/** KeyWrapper as KMS keeps it: bound to the workspace. Counts its calls. */
export function localKeyWrapper(randomness: Randomness): KeyWrapper & { readonly calls: string[] } {
  const master = { id: new Uint8Array(4), secret: randomness.bytes(32) };
  const calls: string[] = [];
  return {
    calls,
    generate: async (workspaceId) => {
      calls.push('generate');
      const secret = randomness.bytes(32);
      return { secret, wrapped: seal(secret, master, workspaceId, randomness) };
    },
    unwrap: async (workspaceId, wrapped) => {
      calls.push('unwrap');
      return open(wrapped, master, workspaceId);
    },
  };
}

let userCount = 0;
const idOf = (prefix: string, count: number) => `${prefix}_${String(count).padStart(26, '0')}`;

export type Stores = ReturnType<typeof createStores>;

/** The stores of one container on the given storage, and the ways to make and erase a user. */
export function createStores({ dynamo, tables }: Pick<Storage, 'dynamo' | 'tables'>, clock: ManualClock) {
  const randomness = seededRandomness(7);
  const wrapper = localKeyWrapper(randomness);
  const vault = createVaultStore({ dynamo, vaultTable: tables.vault, wrapper, clock, randomness });
  const headStore = createHeadStore(dynamo, tables.core);
  const createUserIn = async (workspaceId: WorkspaceId): Promise<UserScope> => {
    userCount += 1;
    const scope = { workspaceId, userId: idOf('usr', userCount) as UserId };
    const key = await vault.putNewUserKey(scope);
    await dynamo.send(
      new TransactWriteItemsCommand({ TransactItems: [putNewHead(tables.core, scope, emptyHead), key] }),
    );
    return scope;
  };
  const partition = async (table: string, pk: string): Promise<readonly Item[]> => {
    const reply = await dynamo.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': S(pk) },
        ConsistentRead: true,
      }),
    );
    return reply.Items ?? [];
  };
  return {
    clock,
    vault,
    wrapper,
    headStore,
    samples: createSampleStore({ dynamo, tables, dataKeys: vault, clock, randomness }),
    samplesOn: (other: Dynamo) =>
      createSampleStore({ dynamo: other, tables, dataKeys: vault, clock, randomness }),
    blocks: createBlockReader({ dynamo, samplesTable: tables.samples, dataKeys: vault }),
    createUserIn,
    createUser: async (): Promise<UserScope> => {
      userCount += 1;
      const workspaceId = idOf('ws', userCount) as WorkspaceId;
      await vault.workspaces.create(workspaceId);
      return createUserIn(workspaceId);
    },
    eraseUser: async (scope: UserScope): Promise<void> => {
      const head = await headStore.load(scope);
      const erasure = { readSeq: head?.seq ?? 0, erasedAtMs: clock.now() };
      await dynamo.send(
        new TransactWriteItemsCommand({ TransactItems: [eraseHead(tables.core, scope, erasure)] }),
      );
    },
    rawBlocks: (scope: UserScope) => partition(tables.samples, metricPartition(scope, 'heart_rate')),
    /** Everything that is stored of the user, as it lies in the tables. */
    rawItems: async (scope: UserScope): Promise<readonly Item[]> => {
      const user = userPartition(scope);
      const parts = await Promise.all([
        partition(tables.core, user),
        partition(tables.samples, metricPartition(scope, 'heart_rate')),
        partition(tables.samples, entityPartition(scope)),
        partition(tables.vault, user),
        partition(tables.vault, `W#${scope.workspaceId}`),
      ]);
      return parts.flat();
    },
    putRawSamplesItem: (item: Item) =>
      dynamo.send(new PutItemCommand({ TableName: tables.samples, Item: item })),
    putCoreItem: (item: Item) => dynamo.send(new PutItemCommand({ TableName: tables.core, Item: item })),
    putVaultItem: (item: Item) => dynamo.send(new PutItemCommand({ TableName: tables.vault, Item: item })),
    removeCoreItem: (scope: UserScope, sortKey: string) =>
      dynamo.send(
        new DeleteItemCommand({
          TableName: tables.core,
          Key: { pk: S(userPartition(scope)), sk: S(sortKey) },
        }),
      ),
    removeHead: (scope: UserScope) =>
      dynamo.send(new DeleteItemCommand({ TableName: tables.core, Key: headKey(scope) })),
  };
}

export const emptyHead: Head = {
  seq: 0,
  settingsVersion: 0,
  timeZone: undefined,
  privacy: { uploadEnabled: true, blockedMetrics: [] },
  priorities: { orders: {}, changedAt: {} },
  erasedAtMs: undefined,
  series: {},
  sources: {},
};

export const SOURCE = '0123456789abc' as SourceId;
export const requestId = (text: string) => text as RequestId;

export const blockRef = (parts: Partial<BlockRef> = {}): BlockRef => ({
  metric: 'heart_rate',
  bucket: '2026-11-21',
  sourceId: SOURCE,
  part: '',
  ...parts,
});

export const storedBlock = (parts: Partial<StoredBlock> = {}): StoredBlock => ({
  ref: blockRef(),
  version: 1,
  seq: 1,
  count: 2,
  firstMs: START_MS,
  lastMs: (START_MS + 60_000) as EpochMs,
  daySeqs: { '2026-11-21': 1 },
  parts: [],
  payload: new TextEncoder().encode('seventy-two beats'),
  ...parts,
});

export const answeredRow = (parts: { inline?: string; expiresAtMs?: number } = {}): Ledger => ({
  state: 'answered',
  payloadHash: 'a'.repeat(64),
  expiresAtMs: (parts.expiresAtMs ?? START_MS + 30 * DAY_MS) as EpochMs,
  status: 200,
  answer: { inline: parts.inline ?? '{"accepted":2}' },
});

export const changeOf = (seq: number, blocks: readonly StoredBlock[]): ChangeEntry => ({
  kind: 'samples',
  seq,
  committedAtMs: START_MS,
  correlationId: 'corr-1',
  requestId: `request-${seq}`,
  origin: 'live',
  changes: blocks.map(({ ref, version }) => ({
    metric: ref.metric,
    sourceId: ref.sourceId,
    block: blockName(ref),
    version,
    fromMs: START_MS,
    toMs: START_MS + 60_000,
    dates: ['2026-11-21'],
    counts: { added: 2, updated: 0, deleted: 0 },
  })),
});

/** The commit that takes `head` one further and writes `blocks` under the ledger row of `id`. */
export function commitOf(
  head: Head,
  id: string,
  blocks: readonly StoredBlock[],
  ledger: Partial<IngestCommit['ledger']> = {},
): IngestCommit {
  const seq = head.seq + 1;
  return {
    requestId: requestId(id),
    ledger: { row: answeredRow(), replaces: 'nothing', ...ledger },
    advance: {
      readHead: { seq: head.seq, settingsVersion: head.settingsVersion },
      head: { ...head, seq },
      change: changeOf(seq, blocks),
      blocks: blocks.map((block) => ({ ...block, seq })),
    },
  };
}

/** What compaction needs of a storage. */
export const logTablesOf = ({ dynamo, tables }: Pick<Storage, 'dynamo' | 'tables'>) => ({
  dynamo,
  coreTable: tables.core,
  rowsTable: tables.samples,
});

/** A Dynamo that does what it is told and then loses the reply, `times` times. */
export function losingReplies(dynamo: Dynamo, times: number): Dynamo {
  let left = times;
  const send = async (...parameters: Parameters<Dynamo['send']>) => {
    const reply = await dynamo.send(...parameters);
    if (left <= 0) return reply;
    left -= 1;
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  };
  return { send: send as Dynamo['send'] };
}

/** Runs a suite on the simulated engine, and on each real one that this machine has. */
export function onEveryStorage(suite: (name: string, open: () => Promise<Storage>) => void): void {
  suite('simulated DynamoDB', openSimulatedStorage);
  for (const kind of dynamoEngineKinds) {
    if (kind.unavailable === undefined) suite(kind.name, () => openEngineStorage(kind));
    else describe.skip(`${kind.name}: ${kind.unavailable}`, () => test('skipped', () => undefined));
  }
}

/** Counts what is sent, and sends it. */
export function countingSends(dynamo: Dynamo): {
  readonly dynamo: Dynamo;
  readonly sends: { count: number };
} {
  const sends = { count: 0 };
  const send = (...parameters: Parameters<Dynamo['send']>) => {
    sends.count += 1;
    return dynamo.send(...parameters);
  };
  return { dynamo: { send: send as Dynamo['send'] }, sends };
}
