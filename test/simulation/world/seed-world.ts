import { PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { Scope } from '../../../contracts/http/scopes.ts';
import type { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { makeApiKey } from '../../../lib/access/api-key.ts';
import { createApiKeyStore } from '../../../lib/adapters/dynamo/api-key-store.ts';
import { putNewHead } from '../../../lib/adapters/dynamo/head-item.ts';
import { createVaultStore } from '../../../lib/adapters/dynamo/vault-store.ts';
import { createWorkspaceStore } from '../../../lib/adapters/dynamo/workspace-store.ts';
import { createKmsKeyWrapper, type Kms } from '../../../lib/adapters/kms/key-wrapper.ts';
import type { Clock } from '../../../lib/core/clock.ts';
import { newSortableId } from '../../../lib/core/ids.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import type { Head } from '../../../lib/samples/model.ts';
import type { DataKeys } from '../../../lib/vault/data-keys.ts';
import type { Item } from '../engine/attribute-values.ts';
import { createPrng, randomnessOf } from '../engine/prng.ts';
import { createSimulatedDynamo, type SdkCommand, type SimulatedDynamo } from '../engine/simulated-dynamo.ts';
import { START_OF_TIME_MS } from './device.ts';
import { createSimulatedKms, type Service } from './services.ts';

/** Enough for most histories; the busiest meet 429, which is checked to come only when all is given out. */
export const REQUESTS_PER_MINUTE = 60;
export const TABLES = { core: 'core', samples: 'samples', vault: 'vault' } as const;
export const KMS_KEY_ID = 'workspace-key';
const SEED = 20_261_121;

export interface SeededUser {
  readonly workspaceId: WorkspaceId;
  readonly userId: UserId;
  readonly apiKey: string;
}

/** Two workspaces with a key each and three users, made once by the shipped stores; histories get copies. */
export interface SeededWorld {
  readonly users: readonly SeededUser[];
  readonly kms: Service;
  /** For checks that look at what was stored. */
  readonly dataKeys: Pick<DataKeys, 'load'>;
  copyInto(dynamo: SimulatedDynamo): void;
}

const NEW_HEAD: Head = {
  seq: 0,
  settingsVersion: 1,
  timeZone: 'UTC',
  privacy: { uploadEnabled: true, blockedMetrics: [] },
  priorities: { orders: {}, changedAt: {} },
  erasedAtMs: undefined,
  series: {},
  sources: {},
};

export interface SeedSettings {
  readonly scopes: readonly Scope[];
  readonly requestsPerMinute: number;
}

const OF_INGEST: SeedSettings = {
  scopes: ['samples:write', 'samples:read', 'users:read', 'users:write'],
  requestsPerMinute: REQUESTS_PER_MINUTE,
};

export async function seedWorld(settings = OF_INGEST): Promise<SeededWorld> {
  const nowMs = START_OF_TIME_MS as EpochMs;
  const randomness = randomnessOf(createPrng(SEED));
  const dynamo = createSimulatedDynamo({ tableNames: Object.values(TABLES), now: () => nowMs });
  const kms = createSimulatedKms(createPrng(SEED + 1));
  const kmsClient = { send: async (command: SdkCommand) => kms(command) } as unknown as Kms;
  const clock: Clock = { now: () => nowMs, sleep: async () => undefined };
  const vault = createVaultStore({
    dynamo: dynamo.client,
    vaultTable: TABLES.vault,
    wrapper: createKmsKeyWrapper(kmsClient, KMS_KEY_ID),
    clock,
    randomness,
  });
  const users: SeededUser[] = [];
  for (const userCount of [2, 1]) {
    const workspaceId = `ws_${newSortableId(nowMs, randomness)}` as WorkspaceId;
    await vault.workspaces.create(workspaceId);
    await createWorkspaceStore(dynamo.client, TABLES.core).create({
      workspaceId,
      name: `Workspace of ${userCount}`,
      createdAtMs: nowMs,
      version: 1,
      requestsPerMinute: undefined,
      userRequestsPerMinute: undefined,
      oauthRedirectUris: [],
      priorities: { orders: {}, changedAt: {} },
    });
    const { key, secret } = makeApiKey(
      {
        workspaceId,
        name: 'simulation',
        scopes: settings.scopes,
        mode: 'test',
        expiresAtMs: undefined,
        requestsPerMinute: settings.requestsPerMinute,
      },
      nowMs,
      randomness,
    );
    await createApiKeyStore(dynamo.client, TABLES.core).create(key);
    for (let index = 0; index < userCount; index += 1) {
      const userId = `usr_${newSortableId(nowMs, randomness)}` as UserId;
      const scope = { workspaceId, userId };
      const dataKey = await vault.putNewUserKey(scope);
      const head = putNewHead(TABLES.core, scope, NEW_HEAD);
      await dynamo.client.send(new TransactWriteItemsCommand({ TransactItems: [dataKey, head] }));
      users.push({ workspaceId, userId, apiKey: secret });
    }
  }
  const contents = Object.values(TABLES).map((table) => ({ table, items: [...dynamo.table(table).all()] }));
  return { users, kms, dataKeys: vault, copyInto: (target) => copy(contents, target) };
}

function copy(
  contents: readonly { readonly table: string; readonly items: readonly Item[] }[],
  target: SimulatedDynamo,
): void {
  for (const { table, items } of contents) {
    for (const Item of items) target.execute(new PutItemCommand({ TableName: table, Item }));
  }
}
