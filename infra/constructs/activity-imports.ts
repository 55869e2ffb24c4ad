import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Env as ImportActivityEnv } from '../../functions/queue/import-activity/env.ts';
import { type DataStack, PAYLOAD_PREFIX, TRACK_PREFIX, UPLOAD_PREFIX } from '../stacks/data-stack.ts';
import type { FoundationStack } from '../stacks/foundation-stack.ts';
import { grantObjects, grantTable, grantWorkspaceKey } from './grants.ts';
import { QueueConsumer } from './queue-consumer.ts';
import type { Deployment } from './service-function.ts';

export interface ActivityImportsProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
}

/** Files of activities: one message is one file of up to 25 MB, read in this one place. */
export class ActivityImports extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, { deployment, foundation, data }: ActivityImportsProps) {
    super(scope, 'ActivityImports');
    const { consumer, service } = new QueueConsumer<typeof ImportActivityEnv>(this, {
      deployment,
      name: 'import-activity',
      description: 'Reads FIT, TCX and GPX files into workouts, samples and tracks',
      queueName: 'activity-imports',
      key: foundation.key,
      timeoutSec: 300,
      batchSize: 1,
      maxConcurrency: 3,
      maxReceiveCount: 5,
      lateAfterSec: 900,
      alarmTopic: foundation.alarmTopic,
      impact: {
        dead: 'An uploaded activity file stays running for its user and its workout does not appear.',
        late: 'Activity files wait more than a quarter of an hour before their workouts appear.',
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
    grantTable(consumer, data.core, ['get', 'batchGet', 'query', 'put', 'update', 'delete', 'check']);
    grantTable(consumer, data.samples, ['batchGet', 'query', 'put']);
    grantTable(consumer, data.vault, ['get']);
    grantWorkspaceKey(consumer, foundation.workspaceKey);
    grantObjects(consumer, data.payloads, { prefix: PAYLOAD_PREFIX, uses: ['get', 'put'] });
    grantObjects(consumer, data.payloads, { prefix: UPLOAD_PREFIX, uses: ['get'] });
    grantObjects(consumer, data.payloads, { prefix: TRACK_PREFIX, uses: ['put'] });
    this.queue = service.queue;
  }
}
