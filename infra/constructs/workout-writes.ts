import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Env as WriteWorkoutsEnv } from '../../functions/queue/write-workouts/env.ts';
import { type DataStack, PAYLOAD_PREFIX } from '../stacks/data-stack.ts';
import type { FoundationStack } from '../stacks/foundation-stack.ts';
import { grantObjects, grantTable, grantWorkspaceKey } from './grants.ts';
import { QueueConsumer } from './queue-consumer.ts';
import type { Deployment } from './service-function.ts';

export interface WorkoutWritesProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
}

/** Batches of up to 10,000 workouts: few at once and one by one, because one writer per user is wanted. */
export class WorkoutWrites extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, { deployment, foundation, data }: WorkoutWritesProps) {
    super(scope, 'WorkoutWrites');
    const { consumer, service } = new QueueConsumer<typeof WriteWorkoutsEnv>(this, {
      deployment,
      name: 'write-workouts',
      description: 'Stores the workouts of queued requests',
      queueName: 'workout-writes',
      key: foundation.key,
      timeoutSec: 300,
      batchSize: 1,
      maxConcurrency: 3,
      maxReceiveCount: 5,
      lateAfterSec: 900,
      alarmTopic: foundation.alarmTopic,
      impact: {
        dead: 'A history of workouts that was answered 202 stays queued for its user, and part of it does not appear.',
        late: 'Large histories of workouts wait more than a quarter of an hour before they appear.',
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
    // A workout that moves in time leaves its place.
    grantTable(consumer, data.core, ['get', 'batchGet', 'put', 'update', 'delete', 'check']);
    grantTable(consumer, data.vault, ['get']);
    grantWorkspaceKey(consumer, foundation.workspaceKey);
    grantObjects(consumer, data.payloads, { prefix: PAYLOAD_PREFIX, uses: ['get', 'put'] });
    this.queue = service.queue;
  }
}
