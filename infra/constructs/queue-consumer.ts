import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { logicalName, physicalName, type QueueName } from '../naming.ts';
import { acceptFindings } from './accept-findings.ts';
import { ImpactAlarm } from './impact-alarm.ts';
import { type EnvironmentOf, ServiceFunction, type ServiceFunctionProps } from './service-function.ts';
import { ServiceQueue } from './service-queue.ts';

export interface QueueConsumerProps<Schema extends { readonly shape: object }>
  extends Omit<ServiceFunctionProps<Schema>, 'environment'> {
  /** The queue, where others had to know it before the consumer; otherwise it is made here. */
  readonly service?: ServiceQueue;
  /** A consumer that sends to its own queue has its address. */
  readonly environment: EnvironmentOf<Schema> | ((queue: IQueue) => EnvironmentOf<Schema>);
  readonly queueName: QueueName;
  readonly key: IKey;
  readonly batchSize: number;
  /** How long a batch is gathered, where that is worth the wait; more than 10 messages take at least 1 s. */
  readonly batchWindowSec?: number;
  /** Executions that SQS may start at once; the least it takes is 2. */
  readonly maxConcurrency: number;
  readonly maxReceiveCount: number;
  readonly alarmTopic: ITopic;
  /** What users feel while messages lie in the DLQ, and while the queue is late. */
  readonly impact: { readonly dead: string; readonly late: string };
  /** Age of the oldest message at which the queue counts as late. */
  readonly lateAfterSec: number;
}

/** AWS asks for six times the function's timeout, so that a retry never meets a run that is still going on. */
const VISIBILITY_PER_TIMEOUT = 6;

/** Queue, dead-letter queue, function and alarms as one unit: none of them can be forgotten. */
export class QueueConsumer<Schema extends { readonly shape: object }> extends Construct {
  readonly consumer: ServiceFunction<Schema>;
  readonly service: ServiceQueue;

  static visibilityTimeoutSec(functionTimeoutSec: number): number {
    return functionTimeoutSec * VISIBILITY_PER_TIMEOUT;
  }

  constructor(scope: Construct, props: QueueConsumerProps<Schema>) {
    super(scope, `${logicalName(props.queueName)}Consumer`);
    this.service =
      props.service ??
      new ServiceQueue(this, {
        deployment: props.deployment,
        name: props.queueName,
        key: props.key,
        visibilityTimeoutSec: QueueConsumer.visibilityTimeoutSec(props.timeoutSec),
        maxReceiveCount: props.maxReceiveCount,
      });
    const { environment } = props;
    this.consumer = new ServiceFunction<Schema>(this, {
      ...props,
      environment: typeof environment === 'function' ? environment(this.service.queue) : environment,
    });
    this.consumer.function.addEventSource(
      new SqsEventSource(this.service.queue, {
        batchSize: props.batchSize,
        ...(props.batchWindowSec === undefined
          ? {}
          : { maxBatchingWindow: Duration.seconds(props.batchWindowSec) }),
        maxConcurrency: props.maxConcurrency,
        reportBatchItemFailures: true,
      }),
    );
    acceptFindings(this.consumer.function, {
      'Serverless-LambdaEventSourceMappingDestination':
        'The queue is the source: its redrive policy moves what failed to the dead-letter queue beside it.',
    });
    this.addAlarms(props);
  }

  private addAlarms(props: QueueConsumerProps<Schema>): void {
    const { stage } = props.deployment;
    const period = Duration.minutes(1);
    new ImpactAlarm(this, 'DeadLettersAlarm', {
      name: physicalName(stage, `${props.queueName}-dead-letters`),
      impact: props.impact.dead,
      runbook: 'dead-letter-queue',
      metric: this.service.deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        period,
        statistic: 'Maximum',
      }),
      threshold: 1,
      periodCount: 1,
      topic: props.alarmTopic,
    });
    new ImpactAlarm(this, 'LateAlarm', {
      name: physicalName(stage, `${props.queueName}-late`),
      impact: props.impact.late,
      runbook: 'projections-late',
      metric: this.service.queue.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' }),
      threshold: props.lateAfterSec,
      periodCount: 5,
      topic: props.alarmTopic,
    });
  }
}
