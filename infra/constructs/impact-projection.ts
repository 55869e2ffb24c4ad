import { Construct } from 'constructs';
import { SAMPLES_CHANGED_V1 } from '../../contracts/events/samples-changed.v1.ts';
import { SYNC_CHANGED_V1 } from '../../contracts/events/sync-changed.v1.ts';
import type { Env as ProjectImpactEnv } from '../../functions/queue/project-impact/env.ts';
import type { DataStack } from '../stacks/data-stack.ts';
import type { EventsStack } from '../stacks/events-stack.ts';
import type { FoundationStack } from '../stacks/foundation-stack.ts';
import { EventRoute } from './event-route.ts';
import { grantTable, grantWorkspaceKey } from './grants.ts';
import { QueueConsumer } from './queue-consumer.ts';
import type { Deployment } from './service-function.ts';

export interface ImpactProjectionProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
  readonly events: EventsStack;
}

/** Session impact. Nobody waits for it, so messages are gathered: most of them are of the same few users. */
export class ImpactProjection extends Construct {
  constructor(scope: Construct, { deployment, foundation, data, events }: ImpactProjectionProps) {
    super(scope, 'ImpactProjection');
    const { consumer, service } = new QueueConsumer<typeof ProjectImpactEnv>(this, {
      deployment,
      name: 'project-impact',
      description: 'Computes the impact of sessions that a change touched',
      queueName: 'impact-projections',
      key: foundation.key,
      timeoutSec: 120,
      batchSize: 100,
      batchWindowSec: 5,
      maxConcurrency: 5,
      maxReceiveCount: 5,
      lateAfterSec: 600,
      alarmTopic: foundation.alarmTopic,
      impact: {
        dead: 'Impacts of some sessions of some users read STALE until the messages are redriven; nothing is lost.',
        late: 'Impacts of sessions read STALE for ten minutes and more; sessions and samples are readable at once.',
      },
      environment: {
        STAGE: deployment.stage,
        CORE_TABLE_NAME: data.core.tableName,
        SAMPLES_TABLE_NAME: data.samples.tableName,
        VAULT_TABLE_NAME: data.vault.tableName,
        WORKSPACE_KMS_KEY_ID: foundation.workspaceKey.keyArn,
      },
    });
    grantTable(consumer, data.core, ['get', 'batchGet', 'query', 'put', 'delete']);
    grantTable(consumer, data.samples, ['batchGet', 'query']);
    grantTable(consumer, data.vault, ['get']);
    grantWorkspaceKey(consumer, foundation.workspaceKey);
    new EventRoute(this, 'ImpactRoute', {
      deployment,
      bus: events.bus,
      name: 'impact-projections',
      eventTypes: [SYNC_CHANGED_V1, SAMPLES_CHANGED_V1],
      target: service,
    });
  }
}
