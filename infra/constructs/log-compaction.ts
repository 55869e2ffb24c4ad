import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { Env as CompactLogsEnv } from '../../functions/schedule/compact-logs/env.ts';
import { physicalName } from '../naming.ts';
import { type DataStack, DUE_INDEX } from '../stacks/data-stack.ts';
import type { FoundationStack } from '../stacks/foundation-stack.ts';
import { acceptFindings } from './accept-findings.ts';
import { grantIndex, grantTable } from './grants.ts';
import { ImpactAlarm } from './impact-alarm.ts';
import { type Deployment, ServiceFunction } from './service-function.ts';
import { addDeadLetterQueue } from './service-queue.ts';

export interface LogCompactionProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
  readonly data: DataStack;
}

const EVERY = Duration.hours(1);
const TIMEOUT_SEC = 300;
/** Hours in a row: one that failed is made good by the next. */
const LOST_HOUR_COUNT = 3;

/**
 * Removes hourly what of the logs of device sync is past the horizon (SYN12). A run that fails is tried once
 * more and then lies in the DLQ: nobody sends it again, since a later one does its work, but somebody is told.
 */
export class LogCompaction extends Construct {
  constructor(scope: Construct, { deployment, foundation, data }: LogCompactionProps) {
    super(scope, 'LogCompaction');
    const { stage } = deployment;
    const deadLetters = addDeadLetterQueue(this, { deployment, name: 'compaction', key: foundation.key });
    acceptFindings(deadLetters, {
      'AwsSolutions-SQS3': 'It is a dead-letter queue, of a schedule and a function instead of a queue.',
    });
    const made = new ServiceFunction<typeof CompactLogsEnv>(this, {
      deployment,
      name: 'compact-logs',
      description: 'Removes entries of the logs of device sync that are past the horizon',
      key: foundation.key,
      timeoutSec: TIMEOUT_SEC,
      onFailure: deadLetters,
      environment: {
        STAGE: stage,
        CORE_TABLE_NAME: data.core.tableName,
        SAMPLES_TABLE_NAME: data.samples.tableName,
      },
    });
    // It reads no row: what it deletes it knows by the open part of the log, so it needs no user's key.
    grantTable(made, data.core, ['get', 'query', 'update', 'delete']);
    grantIndex(made, data.core, DUE_INDEX);
    // Tombstones lie with the rows.
    grantTable(made, data.samples, ['delete']);
    new Rule(this, 'Rule', {
      ruleName: physicalName(stage, 'compact-logs'),
      description: 'Compaction of the logs of device sync',
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
      name: physicalName(stage, 'compaction-dead-letters'),
      impact:
        'Old entries of device sync stay: nothing is wrong for users, but first pulls grow longer and storage costs more.',
      runbook: 'sync-resyncs',
      metric: deadLetters.metricNumberOfMessagesSent({ period: EVERY, statistic: 'Sum' }),
      threshold: 1,
      periodCount: LOST_HOUR_COUNT,
      topic: foundation.alarmTopic,
    });
  }
}
