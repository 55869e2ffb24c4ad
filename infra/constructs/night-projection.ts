import { Construct } from 'constructs';
import { RECORDS_CHANGED_V1 } from '../../contracts/events/records-changed.v1.ts';
import { SAMPLES_CHANGED_V1 } from '../../contracts/events/samples-changed.v1.ts';
import type { Env as ProjectNightsEnv } from '../../functions/queue/project-nights/env.ts';
import type { DataStack } from '../stacks/data-stack.ts';
import type { EventsStack } from '../stacks/events-stack.ts';
import type { FoundationStack } from '../stacks/foundation-stack.ts';
import { EventRoute } from './event-route.ts';
import { grantTable, grantWorkspaceKey } from './grants.ts';
import { QueueConsumer } from './queue-consumer.ts';
import type { Deployment } from './service-function.ts';

export interface NightProjectionProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
  readonly events: EventsStack;
}

/** Nights and naps. Only changes of stages and of sleep sessions come here: an upload of steps costs nothing. */
export class NightProjection extends Construct {
  constructor(scope: Construct, { deployment, foundation, data, events }: NightProjectionProps) {
    super(scope, 'NightProjection');
    const { consumer, service } = new QueueConsumer<typeof ProjectNightsEnv>(this, {
      deployment,
      name: 'project-nights',
      description: 'Computes the nights and naps that a change touched',
      queueName: 'night-projections',
      key: foundation.key,
      timeoutSec: 60,
      batchSize: 10,
      maxConcurrency: 10,
      maxReceiveCount: 5,
      lateAfterSec: 120,
      alarmTopic: foundation.alarmTopic,
      impact: {
        dead: 'Some nights of some users read STALE until the messages are redriven; what they are made of is safe.',
        late: 'Nights read STALE for minutes after an upload; sessions and stages are readable at once.',
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
    const target = { deployment, bus: events.bus, target: service };
    new EventRoute(this, 'StagesRoute', {
      ...target,
      name: 'night-projections-stages',
      eventTypes: [SAMPLES_CHANGED_V1],
      detail: { changes: { metric: ['sleep_stage'] } },
    });
    new EventRoute(this, 'SessionsRoute', {
      ...target,
      name: 'night-projections-sessions',
      eventTypes: [RECORDS_CHANGED_V1],
      detail: { changes: { kind: ['sleep'] } },
    });
  }
}
