import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { SAMPLES_CHANGED_V1 } from '../../contracts/events/samples-changed.v1.ts';
import { USER_ERASED_V1 } from '../../contracts/events/user-erased.v1.ts';
import type { Env as EraseUserEnv } from '../../functions/queue/erase-user/env.ts';
import type { Env as IngestLargeEnv } from '../../functions/queue/ingest-large/env.ts';
import type { Env as ProjectRollupsEnv } from '../../functions/queue/project-rollups/env.ts';
import { ActivityImports } from '../constructs/activity-imports.ts';
import { EventRoute } from '../constructs/event-route.ts';
import { grantObjects, grantSend, grantTable, grantWorkspaceKey } from '../constructs/grants.ts';
import { ImpactProjection } from '../constructs/impact-projection.ts';
import { LogCompaction } from '../constructs/log-compaction.ts';
import { NightProjection } from '../constructs/night-projection.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { ReadModelRebuilds } from '../constructs/read-model-rebuilds.ts';
import type { Deployment } from '../constructs/service-function.ts';
import { WorkoutWrites } from '../constructs/workout-writes.ts';
import { type DataStack, PAYLOAD_PREFIX, RAW_PREFIX, TRACK_PREFIX, UPLOAD_PREFIX } from './data-stack.ts';
import type { EventsStack } from './events-stack.ts';
import type { FoundationStack } from './foundation-stack.ts';

export interface ConsumersStackProps extends StackProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
  readonly events: EventsStack;
}

/** Everything that works off a queue, and the hourly cleaning of what device sync leaves. */
export class ConsumersStack extends Stack {
  readonly largeIngests: Queue;
  readonly workoutWrites: Queue;
  readonly activityImports: Queue;
  readonly rebuilds: Queue;

  constructor(scope: Construct, id: string, props: ConsumersStackProps) {
    super(scope, id, props);
    this.largeIngests = this.addLargeIngests(props);
    this.workoutWrites = new WorkoutWrites(this, props).queue;
    this.activityImports = new ActivityImports(this, props).queue;
    this.addProjections(props);
    new NightProjection(this, props);
    new ImpactProjection(this, props);
    this.rebuilds = new ReadModelRebuilds(this, props).queue;
    this.addErasures(props);
    new LogCompaction(this, { deployment: props.deployment, foundation: props.foundation, data: props.data });
  }

  /** One message is up to 10,000 samples, and one writer per user at a time is wanted: few, one by one. */
  private addLargeIngests({ deployment, foundation, data }: ConsumersStackProps): Queue {
    const { consumer, service } = new QueueConsumer<typeof IngestLargeEnv>(this, {
      deployment,
      name: 'ingest-large',
      description: 'Stores the samples of queued requests',
      queueName: 'large-ingests',
      key: foundation.key,
      timeoutSec: 300,
      batchSize: 1,
      maxConcurrency: 3,
      maxReceiveCount: 5,
      lateAfterSec: 900,
      alarmTopic: foundation.alarmTopic,
      impact: {
        dead: 'A large upload that was answered 202 stays queued for its user and its samples do not appear.',
        late: 'Large uploads and imports wait more than a quarter of an hour before their samples appear.',
      },
      environment: {
        STAGE: deployment.stage,
        CORE_TABLE_NAME: data.core.tableName,
        SAMPLES_TABLE_NAME: data.samples.tableName,
        VAULT_TABLE_NAME: data.vault.tableName,
        WORKSPACE_KMS_KEY_ID: foundation.workspaceKey.keyArn,
        PAYLOAD_BUCKET_NAME: data.payloads.bucketName,
      },
    });
    grantTable(consumer, data.core, ['get', 'batchGet', 'put', 'update', 'check']);
    grantTable(consumer, data.samples, ['batchGet', 'query', 'put']);
    grantTable(consumer, data.vault, ['get']);
    grantWorkspaceKey(consumer, foundation.workspaceKey);
    grantObjects(consumer, data.payloads, { prefix: PAYLOAD_PREFIX, uses: ['get', 'put'] });
    grantObjects(consumer, data.payloads, { prefix: UPLOAD_PREFIX, uses: ['get'] });
    return service.queue;
  }

  private addProjections({ deployment, foundation, data, events }: ConsumersStackProps): void {
    const { consumer, service } = new QueueConsumer<typeof ProjectRollupsEnv>(this, {
      deployment,
      name: 'project-rollups',
      description: 'Computes the daily rollups that a change touched',
      queueName: 'projections',
      key: foundation.key,
      timeoutSec: 60,
      batchSize: 10,
      maxConcurrency: 20,
      maxReceiveCount: 5,
      lateAfterSec: 120,
      alarmTopic: foundation.alarmTopic,
      impact: {
        dead: 'Some days of some users read STALE until the messages are redriven; their samples are safe.',
        late: 'Rollups read STALE for minutes after an upload; samples are stored and readable at once.',
      },
      environment: {
        STAGE: deployment.stage,
        CORE_TABLE_NAME: data.core.tableName,
        SAMPLES_TABLE_NAME: data.samples.tableName,
        VAULT_TABLE_NAME: data.vault.tableName,
        WORKSPACE_KMS_KEY_ID: foundation.workspaceKey.keyArn,
      },
    });
    grantTable(consumer, data.core, ['get', 'query', 'put']);
    grantTable(consumer, data.samples, ['query']);
    grantTable(consumer, data.vault, ['get']);
    grantWorkspaceKey(consumer, foundation.workspaceKey);
    new EventRoute(this, 'ProjectionsRoute', {
      deployment,
      bus: events.bus,
      name: 'projections',
      eventTypes: [SAMPLES_CHANGED_V1],
      target: service,
    });
  }

  private addErasures({ deployment, foundation, data, events }: ConsumersStackProps): void {
    const { consumer, service } = new QueueConsumer<typeof EraseUserEnv>(this, {
      deployment,
      name: 'erase-user',
      description: 'Removes what an erased user left behind',
      queueName: 'erasures',
      key: foundation.key,
      // Lambda's longest: a user's years are removed in as few deliveries as can be.
      timeoutSec: 900,
      batchSize: 1,
      maxConcurrency: 2,
      maxReceiveCount: 5,
      // Past one retry, which comes an hour and a half after a try that failed.
      lateAfterSec: 7_200,
      alarmTopic: foundation.alarmTopic,
      impact: {
        dead: 'Sealed leftovers of an erased user remain; they cannot be opened, but the erasure is not complete.',
        late: 'Erasures take more than two hours to remove the sealed leftovers; nobody can open them meanwhile.',
      },
      environment: (queue) => ({
        STAGE: deployment.stage,
        CORE_TABLE_NAME: data.core.tableName,
        SAMPLES_TABLE_NAME: data.samples.tableName,
        VAULT_TABLE_NAME: data.vault.tableName,
        PAYLOAD_BUCKET_NAME: data.payloads.bucketName,
        ERASURE_QUEUE_URL: queue.queueUrl,
      }),
    });
    grantTable(consumer, data.core, ['get', 'query', 'update', 'delete']);
    grantTable(consumer, data.samples, ['query', 'delete']);
    grantTable(consumer, data.vault, ['delete']);
    for (const prefix of [PAYLOAD_PREFIX, UPLOAD_PREFIX, RAW_PREFIX, TRACK_PREFIX]) {
      grantObjects(consumer, data.payloads, { prefix, uses: ['delete'] });
    }
    grantSend(consumer, service.queue);
    new EventRoute(this, 'ErasuresRoute', {
      deployment,
      bus: events.bus,
      name: 'erasures',
      eventTypes: [USER_ERASED_V1],
      target: service,
    });
  }
}
