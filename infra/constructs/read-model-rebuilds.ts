import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { PRIORITIES_CHANGED_V1 } from '../../contracts/events/priorities-changed.v1.ts';
import type { Env as RebuildReadModelsEnv } from '../../functions/queue/rebuild-read-models/env.ts';
import type { DataStack } from '../stacks/data-stack.ts';
import type { EventsStack } from '../stacks/events-stack.ts';
import type { FoundationStack } from '../stacks/foundation-stack.ts';
import { EventRoute } from './event-route.ts';
import { grantSend, grantTable, grantWorkspaceKey } from './grants.ts';
import { QueueConsumer } from './queue-consumer.ts';
import type { Deployment } from './service-function.ts';

export interface ReadModelRebuildsProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
  readonly events: EventsStack;
}

/** Rebuilds, and what a change of priorities touches: one step a message, each sends the next. */
export class ReadModelRebuilds extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, { deployment, foundation, data, events }: ReadModelRebuildsProps) {
    super(scope, 'ReadModelRebuilds');
    const { consumer, service } = new QueueConsumer<typeof RebuildReadModelsEnv>(this, {
      deployment,
      name: 'rebuild-read-models',
      description: 'Computes read models again, in steps',
      queueName: 'rebuilds',
      key: foundation.key,
      timeoutSec: 60,
      batchSize: 1,
      // Rebuilds read as much as their users have: projectors come first.
      maxConcurrency: 4,
      maxReceiveCount: 5,
      lateAfterSec: 900,
      alarmTopic: foundation.alarmTopic,
      impact: {
        dead: 'A rebuild stands still, or rows of a user whose priorities changed stay STALE until the message is redriven.',
        late: 'Rows stay STALE for a quarter of an hour after a change of priorities; rebuilds wait.',
      },
      environment: (queue) => ({
        STAGE: deployment.stage,
        CORE_TABLE_NAME: data.core.tableName,
        SAMPLES_TABLE_NAME: data.samples.tableName,
        VAULT_TABLE_NAME: data.vault.tableName,
        WORKSPACE_KMS_KEY_ID: foundation.workspaceKey.keyArn,
        REBUILD_QUEUE_URL: queue.queueUrl,
      }),
    });
    // Impact's rebuild follows the log of sessions first, and keeps their directory.
    grantTable(consumer, data.core, ['get', 'batchGet', 'query', 'put', 'update', 'check', 'delete']);
    grantTable(consumer, data.samples, ['batchGet', 'query']);
    grantTable(consumer, data.vault, ['get']);
    grantWorkspaceKey(consumer, foundation.workspaceKey);
    grantSend(consumer, service.queue);
    new EventRoute(this, 'RebuildsRoute', {
      deployment,
      bus: events.bus,
      name: 'rebuilds',
      eventTypes: [PRIORITIES_CHANGED_V1],
      target: service,
    });
    this.queue = service.queue;
  }
}
