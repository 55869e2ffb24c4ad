import { createAnnouncements } from '../../lib/adapters/dynamo/announcements.ts';
import { createDynamoClient } from '../../lib/adapters/dynamo/client.ts';
import { createGateStore } from '../../lib/adapters/dynamo/gate-store.ts';
import { createHeadStore } from '../../lib/adapters/dynamo/head-store.ts';
import { createQuarantineStore } from '../../lib/adapters/dynamo/quarantine-store.ts';
import { createRunStore } from '../../lib/adapters/dynamo/run-store.ts';
import { createSyncStore } from '../../lib/adapters/dynamo/sync-store.ts';
import { createS3Client } from '../../lib/adapters/s3/client.ts';
import { createRawStore } from '../../lib/adapters/s3/raw-store.ts';
import { createSqsClient } from '../../lib/adapters/sqs/client.ts';
import { createSyncQueue } from '../../lib/adapters/sqs/sync-queue.ts';
import { createCallGate } from '../../lib/connections/gate/create-call-gate.ts';
import type { SyncDependencies } from '../../lib/connections/syncs/sync-session.ts';
import { PROVIDERS } from '../../lib/providers/registry.ts';
import { wireVault } from './http/wire-access.ts';
import type { Platform } from './platform.ts';
import { wireConnections } from './wire-connections.ts';
import { wireDataWriter } from './wire-data-writer.ts';

export interface SyncEnv {
  readonly CORE_TABLE_NAME: string;
  readonly SAMPLES_TABLE_NAME: string;
  readonly VAULT_TABLE_NAME: string;
  readonly WORKSPACE_KMS_KEY_ID: string;
  readonly PAYLOAD_BUCKET_NAME: string;
  readonly PROVIDER_SECRET_ARN: string;
  readonly PROVIDER_SYNC_QUEUE_URL: string;
}

/** Everything that works on a connection: the queue's consumer and the steps of the state machine. */
export function wireSyncs(env: SyncEnv, platform: Platform): SyncDependencies {
  const { clock, randomness, meter, log } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const s3 = platform.client('s3', createS3Client);
  const coreTable = env.CORE_TABLE_NAME;
  const vault = wireVault(env, platform);
  const stored = { dynamo, coreTable, dataKeys: vault, clock, randomness };
  const gate = createGateStore(dynamo, coreTable);
  const callGate = createCallGate({ store: gate, definitions: PROVIDERS, clock });
  const { connections, providers, openUserHttp } = wireConnections(env, platform, { vault, gate: callGate });
  return {
    connections,
    heads: createHeadStore(dynamo, coreTable),
    runs: createRunStore(stored),
    syncs: createSyncStore(stored),
    slots: gate,
    raw: createRawStore({ s3, bucketName: env.PAYLOAD_BUCKET_NAME, dataKeys: vault, randomness }),
    quarantine: createQuarantineStore(dynamo, coreTable),
    announcements: createAnnouncements(stored),
    providers,
    openUserHttp,
    writer: wireDataWriter(env, platform, vault),
    queue: createSyncQueue(platform.client('sqs', createSqsClient), env.PROVIDER_SYNC_QUEUE_URL),
    clock,
    randomness,
    meter,
    log,
  };
}
