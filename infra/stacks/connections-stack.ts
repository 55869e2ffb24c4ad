import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Env as ApplyPushEnv } from '../../functions/queue/apply-push/env.ts';
import type { Env as SyncConnectionEnv } from '../../functions/queue/sync-connection/env.ts';
import type { Env as FetchPagesEnv } from '../../functions/workflow/fetch-pages/env.ts';
import type { Env as FinishSyncEnv } from '../../functions/workflow/finish-sync/env.ts';
import type { Env as PrepareSyncEnv } from '../../functions/workflow/prepare-sync/env.ts';
import { grantObjects, grantSecret, grantSend, grantTable, grantWorkspaceKey } from '../constructs/grants.ts';
import { ProviderSecret } from '../constructs/provider-secret.ts';
import { ProviderSync } from '../constructs/provider-sync.ts';
import { STEP_TIMEOUT_SEC } from '../constructs/provider-sync-definition.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { type Deployment, ServiceFunction } from '../constructs/service-function.ts';
import { ServiceQueue } from '../constructs/service-queue.ts';
import { SyncSchedule } from '../constructs/sync-schedule.ts';
import { type DataStack, INBOUND_PREFIX, PAYLOAD_PREFIX, RAW_PREFIX, TRACK_PREFIX } from './data-stack.ts';
import type { FoundationStack } from './foundation-stack.ts';

export interface ConnectionsStackProps extends StackProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
}

const SYNC_TIMEOUT_SEC = 120;
const MAX_RECEIVE_COUNT = 5;
/** What `npm run bench:sync` is measured with. */
const SYNC_SEMI_SPACE_MIB = 4;
const STORE_USES = ['get', 'batchGet', 'query', 'put', 'update', 'check', 'delete'] as const;
/** One push is up to a few hundred connections' news, and most are one's. */
const PUSH_BATCH_COUNT = 10;

/**
 * Everything between the providers' clouds and the ingest core that no request waits for: pushes that were
 * taken in, syncs, and what starts them (connections.md 3 and 4).
 */
export class ConnectionsStack extends Stack {
  readonly providers: ProviderSecret;
  readonly syncs: Queue;
  readonly pushes: Queue;

  constructor(scope: Construct, id: string, props: ConnectionsStackProps) {
    super(scope, id, props);
    const { deployment, foundation, data } = props;
    this.providers = new ProviderSecret(this, { deployment, key: foundation.key });
    this.syncs = this.addSyncs(props);
    this.pushes = this.addPushes(props);
    new SyncSchedule(this, { deployment, foundation, data, syncs: this.syncs });
  }

  /** Runs what is short by itself, and starts an execution for what is not. */
  private addSyncs(props: ConnectionsStackProps): Queue {
    const { deployment, foundation } = props;
    const service = new ServiceQueue(this, {
      deployment,
      name: 'provider-syncs',
      key: foundation.key,
      visibilityTimeoutSec: QueueConsumer.visibilityTimeoutSec(SYNC_TIMEOUT_SEC),
      maxReceiveCount: MAX_RECEIVE_COUNT,
    });
    const sync = this.addProviderSync(props, service.queue);
    const { consumer } = new QueueConsumer<typeof SyncConnectionEnv>(this, {
      deployment,
      name: 'sync-connection',
      description: 'Fetches what a push or a poll asks for, and starts longer syncs',
      queueName: 'provider-syncs',
      service,
      key: foundation.key,
      timeoutSec: SYNC_TIMEOUT_SEC,
      maxSemiSpaceMiB: SYNC_SEMI_SPACE_MIB,
      // One connection's sync each: a failed one comes again alone.
      batchSize: 1,
      maxConcurrency: 20,
      maxReceiveCount: MAX_RECEIVE_COUNT,
      lateAfterSec: 600,
      alarmTopic: foundation.alarmTopic,
      impact: {
        dead: 'Some connections miss what a push announced, until their next poll or until the messages are redriven.',
        late: 'New data of connected providers appears more than ten minutes late; nothing is lost.',
      },
      environment: {
        ...this.stepEnvironment(props, service.queue),
        PROVIDER_SYNC_STATE_MACHINE_ARN: sync.arn,
      },
    });
    this.grantSync(props, consumer, service.queue);
    consumer.allow(['states:StartExecution'], [sync.arn]);
    return service.queue;
  }

  private addProviderSync(props: ConnectionsStackProps, syncs: Queue): ProviderSync {
    const { deployment, foundation } = props;
    const shared = { deployment, key: foundation.key, environment: this.stepEnvironment(props, syncs) };
    const prepare = new ServiceFunction<typeof PrepareSyncEnv>(this, {
      ...shared,
      name: 'prepare-sync',
      description: 'Takes the lease of a connection and sets the window of its sync',
      timeoutSec: STEP_TIMEOUT_SEC.prepare,
    });
    const fetch = new ServiceFunction<typeof FetchPagesEnv>(this, {
      ...shared,
      name: 'fetch-pages',
      description: 'Fetches and stores pages of a provider for one slice of time',
      timeoutSec: STEP_TIMEOUT_SEC.fetch,
      maxSemiSpaceMiB: SYNC_SEMI_SPACE_MIB,
    });
    const finish = new ServiceFunction<typeof FinishSyncEnv>(this, {
      ...shared,
      name: 'finish-sync',
      description: 'Ends a sync, writes down how, and starts what waits for it',
      timeoutSec: STEP_TIMEOUT_SEC.finish,
    });
    for (const step of [prepare, fetch, finish]) this.grantSync(props, step, syncs);
    return new ProviderSync(this, {
      deployment,
      key: foundation.key,
      alarmTopic: foundation.alarmTopic,
      steps: { prepare, fetch, finish },
    });
  }

  private addPushes({ deployment, foundation, data }: ConnectionsStackProps): Queue {
    const { consumer, service } = new QueueConsumer<typeof ApplyPushEnv>(this, {
      deployment,
      name: 'apply-push',
      description: 'Finds whose data a push is about, and lets it be fetched or stored',
      queueName: 'inbound-pushes',
      key: foundation.key,
      timeoutSec: 60,
      batchSize: PUSH_BATCH_COUNT,
      maxConcurrency: 20,
      maxReceiveCount: MAX_RECEIVE_COUNT,
      lateAfterSec: 300,
      alarmTopic: foundation.alarmTopic,
      impact: {
        dead: 'Some pushes of providers are not applied: their data comes with the next poll, deletions and withdrawn consents only when the messages are redriven.',
        late: 'Pushes of providers wait more than five minutes: new data, deletions and withdrawn consents come late.',
      },
      environment: {
        STAGE: deployment.stage,
        CORE_TABLE_NAME: data.core.tableName,
        VAULT_TABLE_NAME: data.vault.tableName,
        WORKSPACE_KMS_KEY_ID: foundation.workspaceKey.keyArn,
        PAYLOAD_BUCKET_NAME: data.payloads.bucketName,
        PROVIDER_SECRET_ARN: this.providers.arn,
        PROVIDER_SYNC_QUEUE_URL: this.syncs.queueUrl,
      },
    });
    grantTable(consumer, data.core, STORE_USES);
    grantTable(consumer, data.vault, ['get']);
    grantWorkspaceKey(consumer, foundation.workspaceKey);
    // A body that nobody could read is kept there too.
    grantObjects(consumer, data.payloads, { prefix: INBOUND_PREFIX, uses: ['get', 'put'] });
    grantObjects(consumer, data.payloads, { prefix: RAW_PREFIX, uses: ['put'] });
    grantSecret(consumer, this.providers.secret);
    grantSend(consumer, this.syncs);
    return service.queue;
  }

  private stepEnvironment({ deployment, foundation, data }: ConnectionsStackProps, syncs: Queue) {
    return {
      STAGE: deployment.stage,
      CORE_TABLE_NAME: data.core.tableName,
      SAMPLES_TABLE_NAME: data.samples.tableName,
      VAULT_TABLE_NAME: data.vault.tableName,
      WORKSPACE_KMS_KEY_ID: foundation.workspaceKey.keyArn,
      PAYLOAD_BUCKET_NAME: data.payloads.bucketName,
      PROVIDER_SECRET_ARN: this.providers.arn,
      PROVIDER_SYNC_QUEUE_URL: syncs.queueUrl,
    };
  }

  /** What a sync does in any of its steps: tokens in, records out, through the same ingest core as uploads. */
  private grantSync(
    { foundation, data }: ConnectionsStackProps,
    to: Pick<ServiceFunction<never>, 'allow' | 'allowKeyThrough'> & Construct,
    syncs: Queue,
  ): void {
    grantTable(to, data.core, STORE_USES);
    grantTable(to, data.samples, ['batchGet', 'query', 'put']);
    grantTable(to, data.vault, ['get', 'update']);
    grantWorkspaceKey(to, foundation.workspaceKey);
    grantObjects(to, data.payloads, { prefix: PAYLOAD_PREFIX, uses: ['get', 'put'] });
    // What a user had erased goes with the next step of the connection.
    grantObjects(to, data.payloads, { prefix: RAW_PREFIX, uses: ['get', 'put', 'delete'] });
    grantObjects(to, data.payloads, { prefix: TRACK_PREFIX, uses: ['delete'] });
    grantSecret(to, this.providers.secret);
    grantSend(to, syncs);
  }
}
