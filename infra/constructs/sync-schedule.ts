import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Env as ScheduleSyncsEnv } from '../../functions/schedule/schedule-syncs/env.ts';
import { physicalName } from '../naming.ts';
import type { DataStack } from '../stacks/data-stack.ts';
import { DUE_INDEX } from '../stacks/data-stack.ts';
import type { FoundationStack } from '../stacks/foundation-stack.ts';
import { acceptFindings } from './accept-findings.ts';
import { grantIndex, grantSend } from './grants.ts';
import { ImpactAlarm } from './impact-alarm.ts';
import { type Deployment, ServiceFunction } from './service-function.ts';
import { addDeadLetterQueue } from './service-queue.ts';

export interface SyncScheduleProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
  readonly syncs: Queue;
}

const EVERY = Duration.minutes(1);
const TIMEOUT_SEC = 60;
/** One lost tick is made good by the next; as many as this in a quarter of an hour are a standstill. */
const LOST_TICK_COUNT = 5;

/**
 * Looks every minute for what is due. A tick that fails is tried once more and then lies in the DLQ: nobody
 * sends it again, since a later one has long done its work, but somebody is told.
 */
export class SyncSchedule extends Construct {
  constructor(scope: Construct, props: SyncScheduleProps) {
    super(scope, 'SyncSchedule');
    const { deployment, foundation, data, syncs } = props;
    const { stage } = deployment;
    const deadLetters = addDeadLetterQueue(this, { deployment, name: 'schedule', key: foundation.key });
    acceptFindings(deadLetters, {
      'AwsSolutions-SQS3': 'It is a dead-letter queue, of a schedule and a function instead of a queue.',
    });
    const made = new ServiceFunction<typeof ScheduleSyncsEnv>(this, {
      deployment,
      name: 'schedule-syncs',
      description: 'Finds connections that are due or have been silent for too long',
      key: foundation.key,
      timeoutSec: TIMEOUT_SEC,
      onFailure: deadLetters,
      environment: {
        STAGE: stage,
        CORE_TABLE_NAME: data.core.tableName,
        PROVIDER_SYNC_QUEUE_URL: syncs.queueUrl,
      },
    });
    grantIndex(made, data.core, DUE_INDEX);
    grantSend(made, syncs);
    new Rule(this, 'Rule', {
      ruleName: physicalName(stage, 'schedule-syncs'),
      description: 'Polls of provider connections',
      schedule: Schedule.rate(EVERY),
      targets: [
        new LambdaFunction(made.function, {
          deadLetterQueue: deadLetters,
          maxEventAge: EVERY,
          retryAttempts: 1,
        }),
      ],
    });
    new ImpactAlarm(this, 'DeadLettersAlarm', {
      name: physicalName(stage, 'schedule-dead-letters'),
      impact:
        'Connections are not polled: data of providers that send no pushes comes late for as long as this lasts.',
      runbook: 'provider-syncs-failing',
      metric: deadLetters.metricNumberOfMessagesSent({ period: Duration.minutes(15), statistic: 'Sum' }),
      threshold: LOST_TICK_COUNT,
      periodCount: 1,
      topic: foundation.alarmTopic,
    });
  }
}
