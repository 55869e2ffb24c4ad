import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { HttpFunction } from '../../contracts/http/route.ts';
import type { Env as DescribeApiEnv } from '../../functions/http/describe-api/env.ts';
import type { Env as IngestSamplesEnv } from '../../functions/http/ingest-samples/env.ts';
import type { Env as ManageAccessEnv } from '../../functions/http/manage-access/env.ts';
import type { Env as ManageConnectionsEnv } from '../../functions/http/manage-connections/env.ts';
import type { Env as ManageEntitiesEnv } from '../../functions/http/manage-entities/env.ts';
import type { Env as ManageRebuildsEnv } from '../../functions/http/manage-rebuilds/env.ts';
import type { Env as ManageUsersEnv } from '../../functions/http/manage-users/env.ts';
import type { Env as ManageWorkoutsEnv } from '../../functions/http/manage-workouts/env.ts';
import type { Env as ReadHealthEnv } from '../../functions/http/read-health/env.ts';
import type { Env as ReadImpactEnv } from '../../functions/http/read-impact/env.ts';
import type { Env as ReceivePushEnv } from '../../functions/http/receive-push/env.ts';
import type { Env as SyncDevicesEnv } from '../../functions/http/sync-devices/env.ts';
import type { ConnectionsStack } from '../stacks/connections-stack.ts';
import {
  type DataStack,
  INBOUND_PREFIX,
  PAYLOAD_PREFIX,
  RAW_PREFIX,
  TRACK_PREFIX,
  UPLOAD_PREFIX,
} from '../stacks/data-stack.ts';
import type { FoundationStack } from '../stacks/foundation-stack.ts';
import type { IdentityStack } from '../stacks/identity-stack.ts';
import {
  grantObjects,
  grantSecret,
  grantSend,
  grantTable,
  grantWorkspaceKey,
  type TableUse,
} from './grants.ts';
import { type Deployment, ServiceFunction } from './service-function.ts';

export interface HttpFunctionsProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
  readonly identity: IdentityStack;
  readonly bus: EventBus;
  readonly largeIngests: Queue;
  readonly workoutWrites: Queue;
  readonly rebuilds: Queue;
  readonly activityImports: Queue;
  readonly connections: ConnectionsStack;
  /** Where browsers and providers reach the API: consents return there, and pushes go there. */
  readonly publicUrl: string;
}

export type HttpFunctions = Readonly<Record<HttpFunction, Pick<ServiceFunction<never>, 'function'>>>;

/** The gateway waits 30 s at most (API Gateway quotas); a caller is told before that. */
const TIMEOUT_SEC = 25;

export function addHttpFunctions(scope: Construct, props: HttpFunctionsProps): HttpFunctions {
  return {
    'describe-api': addDescribeApi(scope, props),
    'manage-access': addManageAccess(scope, props),
    'manage-rebuilds': addManageRebuilds(scope, props),
    'manage-users': addManageUsers(scope, props),
    'ingest-samples': addIngestSamples(scope, props),
    'read-health': addReadHealth(scope, props),
    'read-impact': addReadImpact(scope, props),
    'manage-workouts': addManageWorkouts(scope, props),
    'manage-connections': addManageConnections(scope, props),
    'receive-push': addReceivePush(scope, props),
    'sync-devices': addSyncDevices(scope, props),
    'manage-entities': addManageEntities(scope, props),
  };
}

/**
 * Every function that authenticates reads keys and issuers in `core`, takes from rate buckets there, and makes
 * a user at the first use of a token: with a data key, which lies in `vault`.
 */
const PRINCIPAL_USES = ['get', 'batchGet', 'put', 'update'] as const satisfies readonly TableUse[];

function principalEnvironment({ deployment, foundation, data, identity }: HttpFunctionsProps) {
  return {
    STAGE: deployment.stage,
    CORE_TABLE_NAME: data.core.tableName,
    VAULT_TABLE_NAME: data.vault.tableName,
    WORKSPACE_KMS_KEY_ID: foundation.workspaceKey.keyArn,
    USER_POOL_ID: identity.userPool.userPoolId,
    USER_POOL_CLIENT_ID: identity.client.userPoolClientId,
  };
}

function addDescribeApi(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data, bus, largeIngests } = props;
  const made = new ServiceFunction<typeof DescribeApiEnv>(scope, {
    deployment,
    name: 'describe-api',
    description: 'Health, API description, and 404 for everything unknown',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: {
      STAGE: deployment.stage,
      CORE_TABLE_NAME: data.core.tableName,
      SAMPLES_TABLE_NAME: data.samples.tableName,
      VAULT_TABLE_NAME: data.vault.tableName,
      WORKSPACE_KMS_KEY_ID: foundation.workspaceKey.keyArn,
      EVENT_BUS_NAME: bus.eventBusName,
      PAYLOAD_BUCKET_NAME: data.payloads.bucketName,
      LARGE_INGEST_QUEUE_URL: largeIngests.queueUrl,
    },
  });
  // GET /v1/health asks every part whether it answers, and a public function opens nothing: it reads no
  // samples, uses no key and gets no object. HeadBucket is allowed by ListBucket (S3 API reference).
  grantTable(made, data.core, ['get']);
  for (const table of [data.samples, data.vault]) made.allow(['dynamodb:DescribeTable'], [table.tableArn]);
  made.allow(['kms:DescribeKey'], [foundation.workspaceKey.keyArn]);
  made.allow(['events:DescribeEventBus'], [bus.eventBusArn]);
  made.allow(['s3:ListBucket'], [data.payloads.bucketArn]);
  made.allow(['sqs:GetQueueAttributes'], [largeIngests.queueArn]);
  return made;
}

function addManageAccess(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data } = props;
  const made = new ServiceFunction<typeof ManageAccessEnv>(scope, {
    deployment,
    name: 'manage-access',
    description: 'Workspaces, API keys and issuers',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: { ...principalEnvironment(props), REBUILD_QUEUE_URL: props.rebuilds.queueUrl },
  });
  grantTable(made, data.core, [...PRINCIPAL_USES, 'query', 'delete', 'check']);
  grantTable(made, data.vault, ['get', 'put']);
  grantWorkspaceKey(made, foundation.workspaceKey);
  // New priorities of the workspace compute the rows of all its users again.
  grantSend(made, props.rebuilds);
  return made;
}

function addManageRebuilds(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data } = props;
  const made = new ServiceFunction<typeof ManageRebuildsEnv>(scope, {
    deployment,
    name: 'manage-rebuilds',
    description: 'Rebuilds of read models, and how far they are',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: { ...principalEnvironment(props), REBUILD_QUEUE_URL: props.rebuilds.queueUrl },
  });
  grantTable(made, data.core, [...PRINCIPAL_USES, 'query']);
  grantTable(made, data.vault, ['get', 'put']);
  grantWorkspaceKey(made, foundation.workspaceKey);
  grantSend(made, props.rebuilds);
  return made;
}

function addManageUsers(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data, connections } = props;
  const made = new ServiceFunction<typeof ManageUsersEnv>(scope, {
    deployment,
    name: 'manage-users',
    description: 'Users, their privacy settings and their erasure',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: { ...principalEnvironment(props), PROVIDER_SECRET_ARN: connections.providers.arn },
  });
  // Before a user's key is shredded the user's grants are ended at the providers.
  grantTable(made, data.core, [...PRINCIPAL_USES, 'query', 'delete', 'check']);
  grantTable(made, data.vault, ['get', 'put', 'update', 'delete']);
  grantWorkspaceKey(made, foundation.workspaceKey);
  grantSecret(made, connections.providers.secret);
  return made;
}

function addIngestSamples(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data } = props;
  const made = new ServiceFunction<typeof IngestSamplesEnv>(scope, {
    deployment,
    name: 'ingest-samples',
    description: 'Stores samples exactly once',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: {
      ...principalEnvironment(props),
      SAMPLES_TABLE_NAME: data.samples.tableName,
      PAYLOAD_BUCKET_NAME: data.payloads.bucketName,
      LARGE_INGEST_QUEUE_URL: props.largeIngests.queueUrl,
    },
  });
  grantTable(made, data.core, [...PRINCIPAL_USES, 'check']);
  grantTable(made, data.samples, ['batchGet', 'query', 'put']);
  grantTable(made, data.vault, ['get', 'put']);
  grantWorkspaceKey(made, foundation.workspaceKey);
  grantObjects(made, data.payloads, { prefix: PAYLOAD_PREFIX, uses: ['get', 'put'] });
  // A presigned address lets its holder do what this role may: put one object under `uploads/`.
  grantObjects(made, data.payloads, { prefix: UPLOAD_PREFIX, uses: ['put'] });
  grantSend(made, props.largeIngests);
  return made;
}

function addReadHealth(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data } = props;
  const made = new ServiceFunction<typeof ReadHealthEnv>(scope, {
    deployment,
    name: 'read-health',
    description: 'Samples, rollups, metrics, changes and priorities',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: { ...principalEnvironment(props), SAMPLES_TABLE_NAME: data.samples.tableName },
  });
  grantTable(made, data.core, [...PRINCIPAL_USES, 'query']);
  grantTable(made, data.samples, ['batchGet', 'query']);
  grantTable(made, data.vault, ['get', 'put']);
  grantWorkspaceKey(made, foundation.workspaceKey);
  return made;
}

function addReadImpact(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data } = props;
  const made = new ServiceFunction<typeof ReadImpactEnv>(scope, {
    deployment,
    name: 'read-impact',
    description: 'What sessions and products did, and telemetry of sessions',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: { ...principalEnvironment(props), SAMPLES_TABLE_NAME: data.samples.tableName },
  });
  grantTable(made, data.core, [...PRINCIPAL_USES, 'query']);
  grantTable(made, data.samples, ['batchGet', 'query']);
  grantTable(made, data.vault, ['get', 'put']);
  grantWorkspaceKey(made, foundation.workspaceKey);
  return made;
}

function addManageWorkouts(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data } = props;
  const made = new ServiceFunction<typeof ManageWorkoutsEnv>(scope, {
    deployment,
    name: 'manage-workouts',
    description: 'Workouts, their copies and what users decide about them',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: {
      ...principalEnvironment(props),
      SAMPLES_TABLE_NAME: data.samples.tableName,
      PAYLOAD_BUCKET_NAME: data.payloads.bucketName,
      WORKOUT_WRITE_QUEUE_URL: props.workoutWrites.queueUrl,
      ACTIVITY_IMPORT_QUEUE_URL: props.activityImports.queueUrl,
    },
  });
  grantTable(made, data.core, [...PRINCIPAL_USES, 'query', 'delete', 'check']);
  grantObjects(made, data.payloads, { prefix: PAYLOAD_PREFIX, uses: ['get', 'put'] });
  grantSend(made, props.workoutWrites);
  // Files of activities are put to signed addresses and read behind their queue; tracks are read here.
  grantObjects(made, data.payloads, { prefix: UPLOAD_PREFIX, uses: ['put'] });
  grantObjects(made, data.payloads, { prefix: TRACK_PREFIX, uses: ['get'] });
  grantSend(made, props.activityImports);
  grantTable(made, data.samples, ['query']);
  grantTable(made, data.vault, ['get', 'put']);
  grantWorkspaceKey(made, foundation.workspaceKey);
  return made;
}

function addManageConnections(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data, connections } = props;
  const made = new ServiceFunction<typeof ManageConnectionsEnv>(scope, {
    deployment,
    name: 'manage-connections',
    description: 'Providers, consents, connections and their syncs',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: {
      ...principalEnvironment(props),
      SAMPLES_TABLE_NAME: data.samples.tableName,
      PAYLOAD_BUCKET_NAME: data.payloads.bucketName,
      PROVIDER_SECRET_ARN: connections.providers.arn,
      PROVIDER_SYNC_QUEUE_URL: connections.syncs.queueUrl,
      PUBLIC_URL: props.publicUrl,
    },
  });
  grantTable(made, data.core, [...PRINCIPAL_USES, 'query', 'delete', 'check']);
  // Replays and erasures are asked for here and done behind the queue.
  grantTable(made, data.vault, ['get', 'put', 'update']);
  grantWorkspaceKey(made, foundation.workspaceKey);
  grantSecret(made, connections.providers.secret);
  grantSend(made, connections.syncs);
  // The dry run of a replay reads what is kept and what is stored, and writes neither.
  grantTable(made, data.samples, ['batchGet', 'query']);
  grantObjects(made, data.payloads, { prefix: PAYLOAD_PREFIX, uses: ['get'] });
  grantObjects(made, data.payloads, { prefix: RAW_PREFIX, uses: ['get'] });
  return made;
}

/** Log and ledger of devices: one transaction reads under conditions and writes (SYN1). */
const ENTITY_USES = [...PRINCIPAL_USES, 'query', 'check'] as const satisfies readonly TableUse[];
/** Their rows, in the table that has no stream. */
const ROW_USES = ['batchGet', 'query', 'put'] as const satisfies readonly TableUse[];

function addSyncDevices(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data } = props;
  const made = new ServiceFunction<typeof SyncDevicesEnv>(scope, {
    deployment,
    name: 'sync-devices',
    description: 'Pushes and pulls of devices, their conflicts and leases',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: { ...principalEnvironment(props), SAMPLES_TABLE_NAME: data.samples.tableName },
  });
  grantTable(made, data.core, ENTITY_USES);
  grantTable(made, data.samples, ROW_USES);
  grantTable(made, data.vault, ['get', 'put']);
  grantWorkspaceKey(made, foundation.workspaceKey);
  return made;
}

function addManageEntities(scope: Construct, props: HttpFunctionsProps) {
  const { deployment, foundation, data } = props;
  const made = new ServiceFunction<typeof ManageEntitiesEnv>(scope, {
    deployment,
    name: 'manage-entities',
    description: 'What devices sync, as plain resources',
    key: foundation.key,
    timeoutSec: TIMEOUT_SEC,
    environment: { ...principalEnvironment(props), SAMPLES_TABLE_NAME: data.samples.tableName },
  });
  grantTable(made, data.core, ENTITY_USES);
  grantTable(made, data.samples, ROW_USES);
  grantTable(made, data.vault, ['get', 'put']);
  grantWorkspaceKey(made, foundation.workspaceKey);
  return made;
}

function addReceivePush(scope: Construct, { deployment, foundation, data, connections }: HttpFunctionsProps) {
  const made = new ServiceFunction<typeof ReceivePushEnv>(scope, {
    deployment,
    name: 'receive-push',
    description: 'Verifies and queues what providers push, and answers their handshakes',
    key: foundation.key,
    // The providers wait 1 to 10 s; a push that failed here is sent again by them.
    timeoutSec: 10,
    environment: {
      STAGE: deployment.stage,
      PAYLOAD_BUCKET_NAME: data.payloads.bucketName,
      PROVIDER_SECRET_ARN: connections.providers.arn,
      INBOUND_PUSH_QUEUE_URL: connections.pushes.queueUrl,
    },
  });
  // It holds no user's key and reads no table: who a push is about is found behind the queue.
  grantObjects(made, data.payloads, { prefix: INBOUND_PREFIX, uses: ['put'] });
  grantSecret(made, connections.providers.secret);
  grantSend(made, connections.pushes);
  return made;
}
