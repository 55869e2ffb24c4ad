import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import * as z from 'zod';
import { MAX_REQUESTS_PER_MINUTE } from '../../../contracts/limits.ts';
import { WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { type BootstrapDependencies, bootstrapWorkspace } from '../../../lib/access/bootstrap.ts';
import { pairHashOf } from '../../../lib/access/issuer.ts';
import { createApiKeyStore } from '../../../lib/adapters/dynamo/api-key-store.ts';
import { createIssuerStore } from '../../../lib/adapters/dynamo/issuer-store.ts';
import { createUserStore } from '../../../lib/adapters/dynamo/user-store.ts';
import { createVaultStore } from '../../../lib/adapters/dynamo/vault-store.ts';
import { createWorkspaceStore } from '../../../lib/adapters/dynamo/workspace-store.ts';
import { createKmsKeyWrapper } from '../../../lib/adapters/kms/key-wrapper.ts';
import { systemClock } from '../../../lib/core/clock.ts';
import { systemRandomness } from '../../../lib/core/randomness.ts';
import { resolveSubject } from '../../../lib/users/create-user.ts';
import { writePrivateFile } from '../data-directory/layout.ts';
import type { Parts } from '../parts.ts';

/** What a newcomer needs to call the API at once. */
export interface Access {
  readonly workspaceId: string;
  readonly apiKey: string;
  readonly userId: string;
  readonly userToken: string;
}

const Kept = z.object({ workspaceId: WorkspaceId, apiKey: z.string() });
const DEMO_SUBJECT = 'demo';
/** As long as one works at a laptop; a real pool gives an hour. */
const TOKEN_LIFETIME_SEC = 30 * 24 * 3_600;

/**
 * The workspace, its admin key and a demo user: made once by the use case that `npm run ops -- bootstrap`
 * runs, and kept across starts. A start that was cut off between making and keeping makes them again.
 */
export async function ensureAccess(parts: Parts, keptPath: string): Promise<Access> {
  const stores = openStores(parts);
  const kept = readKept(keptPath) ?? (await makeAccess(parts, stores, keptPath));
  const userId = await resolveSubject(stores, kept.workspaceId, DEMO_SUBJECT);
  if (userId === undefined) throw new Error('the demo user could not be made');
  const userToken = await parts.issuer.issueToken(DEMO_SUBJECT, TOKEN_LIFETIME_SEC);
  return { ...kept, userId, userToken };
}

type Stores = ReturnType<typeof openStores>;

/** The adapters of the functions, on the addresses and names that the functions have. */
function openStores({ declared, endpoints }: Parts) {
  const environment = declared.functions.find(
    (each) => 'WORKSPACE_KMS_KEY_ID' in each.environment,
  )?.environment;
  const coreTable = environment?.['CORE_TABLE_NAME'];
  const vaultTable = environment?.['VAULT_TABLE_NAME'];
  const kmsKeyId = environment?.['WORKSPACE_KMS_KEY_ID'];
  if (coreTable === undefined || vaultTable === undefined || kmsKeyId === undefined) {
    throw new Error(
      'no function of the template names the core table, the vault table and the workspace key',
    );
  }
  const shared = {
    region: declared.place.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const dynamo = new DynamoDBClient({ ...shared, endpoint: endpoints.dynamodb });
  const kms = new KMSClient({ ...shared, endpoint: endpoints.services });
  const [clock, randomness] = [systemClock, systemRandomness];
  const vault = createVaultStore({
    dynamo,
    vaultTable,
    wrapper: createKmsKeyWrapper(kms, kmsKeyId),
    clock,
    randomness,
  });
  return {
    workspaces: createWorkspaceStore(dynamo, coreTable),
    workspaceKeys: vault.workspaces,
    keys: createApiKeyStore(dynamo, coreTable),
    issuers: createIssuerStore(dynamo, coreTable),
    users: createUserStore({ dynamo, coreTable, vault, clock, randomness }),
    clock,
    randomness,
  };
}

async function makeAccess(
  { issuer, endpoints, declared }: Parts,
  stores: Stores & BootstrapDependencies,
  keptPath: string,
): Promise<z.infer<typeof Kept>> {
  const { userPool } = declared;
  const pool = userPool && {
    issuer: issuer.issuer,
    jwksUri: `${endpoints.services}/${userPool.poolId}/.well-known/jwks.json`,
    clientId: userPool.clientId,
  };
  if (pool !== undefined) {
    // Left by a start that was cut off: its workspace has no key that anybody knows.
    const taken = await stores.issuers.findByPair(pairHashOf(pool.issuer, pool.clientId));
    if (taken !== undefined) await stores.issuers.remove(taken);
  }
  const { workspaceId, apiKey } = await bootstrapWorkspace(stores, {
    name: 'local',
    mode: 'test',
    pool,
    // Imports on one machine would else wait for the minute to pass.
    requestsPerMinute: MAX_REQUESTS_PER_MINUTE,
  });
  writePrivateFile(keptPath, JSON.stringify({ workspaceId, apiKey }));
  return { workspaceId, apiKey };
}

function readKept(path: string): z.infer<typeof Kept> | undefined {
  try {
    return Kept.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
