import { ArnFormat, Duration, type Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type FunctionName, physicalName, type QueueName, type StageName } from '../naming.ts';

type Statistic = 'Sum' | 'Maximum' | 'p50' | 'p99' | 'Average';

const PERIOD = Duration.minutes(1);

/*
 * Metrics by physical name: the dashboard then refers to no other stack, and none has to wait for it. A test
 * holds each name to what the other stacks declare.
 */

/** What functions send of their own (lib/observability/metrics.ts). */
export const headwaterMetric = (metricName: string, statistic: Statistic, label: string): Metric =>
  new Metric({
    namespace: 'Headwater',
    metricName,
    dimensionsMap: { service: 'headwater' },
    statistic,
    label,
    period: PERIOD,
  });

export const functionMetric = (
  stage: StageName,
  name: FunctionName,
  metric: { readonly metricName: string; readonly statistic: Statistic },
): Metric =>
  new Metric({
    namespace: 'AWS/Lambda',
    dimensionsMap: { FunctionName: physicalName(stage, name) },
    label: `${name} ${metric.statistic}`,
    period: PERIOD,
    ...metric,
  });

export const queueMetric = (
  stage: StageName,
  name: QueueName | `${QueueName}-dead-letters`,
  metricName: 'ApproximateAgeOfOldestMessage' | 'ApproximateNumberOfMessagesVisible',
): Metric =>
  new Metric({
    namespace: 'AWS/SQS',
    dimensionsMap: { QueueName: physicalName(stage, name) },
    metricName,
    statistic: 'Maximum',
    label: name,
    period: PERIOD,
  });

/** Executions of a state machine of ours, by its name in this region and account. */
export const stateMachineMetric = (
  stack: Stack,
  name: string,
  metricName: 'ExecutionsStarted' | 'ExecutionsSucceeded' | 'ExecutionsFailed' | 'ExecutionsTimedOut',
): Metric =>
  new Metric({
    namespace: 'AWS/States',
    dimensionsMap: {
      StateMachineArn: stack.formatArn({
        service: 'states',
        resource: 'stateMachine',
        resourceName: name,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    },
    metricName,
    statistic: 'Sum',
    label: metricName.replace('Executions', '').toLowerCase(),
    period: PERIOD,
  });

export const tableMetric = (
  stage: StageName,
  name: string,
  metricName: 'ReadThrottleEvents' | 'WriteThrottleEvents' | 'ConsumedWriteCapacityUnits',
): Metric =>
  new Metric({
    namespace: 'AWS/DynamoDB',
    dimensionsMap: { TableName: physicalName(stage, name) },
    metricName,
    statistic: 'Sum',
    label: `${name} ${metricName}`,
    period: PERIOD,
  });
