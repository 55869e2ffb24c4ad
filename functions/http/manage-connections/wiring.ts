import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createConsentStore } from '../../../lib/adapters/dynamo/consent-store.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createQuarantineStore } from '../../../lib/adapters/dynamo/quarantine-store.ts';
import { createRunStore } from '../../../lib/adapters/dynamo/run-store.ts';
import { createSyncStore } from '../../../lib/adapters/dynamo/sync-store.ts';
import { createWorkspaceStore } from '../../../lib/adapters/dynamo/workspace-store.ts';
import { createS3Client } from '../../../lib/adapters/s3/client.ts';
import { createRawStore } from '../../../lib/adapters/s3/raw-store.ts';
import { createSqsClient } from '../../../lib/adapters/sqs/client.ts';
import { createSyncQueue } from '../../../lib/adapters/sqs/sync-queue.ts';
import { openGate } from '../../../lib/connections/gate/call-gate.ts';
import { requestSync } from '../../../lib/connections/syncs/request-sync.ts';
import { wireAccess, wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireConnections } from '../../_platform/wire-connections.ts';
import { wireDataWriter } from '../../_platform/wire-data-writer.ts';
import type { Env } from './env.ts';
import type { ManageConnectionsDependencies, ManageConnectionsWiring } from './handler.ts';

export function wire(env: Env, platform: Platform): ManageConnectionsWiring {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const coreTable = env.CORE_TABLE_NAME;
  const vault = wireVault(env, platform);
  const workspaces = createWorkspaceStore(dynamo, coreTable);
  const runs = { dynamo, coreTable, dataKeys: vault, clock, randomness };
  const base = {
    ...wireConnections(env, platform, { vault, gate: openGate }),
    heads: createHeadStore(dynamo, coreTable),
    consents: createConsentStore({ dynamo, coreTable, dataKeys: vault, randomness }),
    runs: createRunStore(runs),
    syncs: createSyncStore(runs),
    quarantine: createQuarantineStore(dynamo, coreTable),
    raw: createRawStore({
      s3: platform.client('s3', createS3Client),
      bucketName: env.PAYLOAD_BUCKET_NAME,
      dataKeys: vault,
      randomness,
    }),
    writer: wireDataWriter(env, platform, vault),
    queue: createSyncQueue(platform.client('sqs', createSqsClient), env.PROVIDER_SYNC_QUEUE_URL),
    clock,
    randomness,
  };
  const deps: ManageConnectionsDependencies = {
    ...base,
    returnAddresses: {
      list: async (workspaceId) => (await workspaces.load(workspaceId))?.oauthRedirectUris ?? [],
    },
    publicUrl: env.PUBLIC_URL.replace(/\/+$/, ''),
    startSync: (scope, { connectionId }, { trigger, correlationId }) =>
      requestSync(base, { scope, connectionId, correlationId }, trigger),
  };
  return { deps, access: wireAccess(env, platform, vault), settings: platform };
}
