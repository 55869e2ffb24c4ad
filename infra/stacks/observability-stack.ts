import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { ImpactAlarm } from '../constructs/impact-alarm.ts';
import {
  functionMetric,
  headwaterMetric,
  queueMetric,
  stateMachineMetric,
  tableMetric,
} from '../constructs/our-metrics.ts';
import { ProviderAlarms } from '../constructs/provider-alarms.ts';
import { PROVIDER_SYNC_NAME } from '../constructs/provider-sync.ts';
import type { Deployment } from '../constructs/service-function.ts';
import { SyncAlarms } from '../constructs/sync-alarms.ts';
import { physicalName, QUEUE_NAMES, type StageName } from '../naming.ts';
import type { FoundationStack } from './foundation-stack.ts';

export interface ObservabilityStackProps extends StackProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
}

/** In five minutes: one fault may be a cold network, ten are felt. */
const INGEST_FAULT_COUNT = 10;
/** From commit to a written rollup; the goal is seconds. */
const FRESHNESS_MS = 120_000;

/** The operators' one page, from the door to the read models, and the alarms that belong to no single queue. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: ObservabilityStackProps) {
    super(scope, id, props);
    const { stage } = props.deployment;
    new Dashboard(this, 'Dashboard', {
      dashboardName: physicalName(stage, 'operations'),
      defaultInterval: Duration.hours(3),
      widgets: [
        doorWidgets(stage),
        flowWidgets(stage),
        readModelWidgets(stage),
        ...providerWidgets(this, stage),
        deviceSyncWidgets(stage),
        queueWidgets(stage),
        storeWidgets(stage),
      ],
    });
    this.addAlarms(props);
    new ProviderAlarms(this, { stage, topic: props.foundation.alarmTopic });
    new SyncAlarms(this, { stage, topic: props.foundation.alarmTopic });
  }

  private addAlarms({ deployment: { stage }, foundation }: ObservabilityStackProps): void {
    const topic = foundation.alarmTopic;
    new ImpactAlarm(this, 'IngestErrors', {
      name: physicalName(stage, 'ingest-errors'),
      impact: 'Uploads fail with 5xx; phones and servers keep their samples and must send them again.',
      runbook: 'ingest-errors',
      metric: functionMetric(stage, 'ingest-samples', { metricName: 'Errors', statistic: 'Sum' }).with({
        period: Duration.minutes(5),
      }),
      threshold: INGEST_FAULT_COUNT,
      periodCount: 1,
      topic,
    });
    new ImpactAlarm(this, 'HttpFaults', {
      name: physicalName(stage, 'http-faults'),
      impact: 'Requests of any kind are answered with 5xx: apps show errors or keep retrying.',
      runbook: 'ingest-errors',
      metric: headwaterMetric('HttpFaults', 'Sum', 'faults').with({ period: Duration.minutes(5) }),
      threshold: INGEST_FAULT_COUNT,
      periodCount: 1,
      topic,
    });
    new ImpactAlarm(this, 'IngestThrottled', {
      name: physicalName(stage, 'ingest-throttled'),
      impact: 'Uploads are turned away for lack of executions, and come late by as long as this lasts.',
      runbook: 'ingest-errors',
      metric: functionMetric(stage, 'ingest-samples', { metricName: 'Throttles', statistic: 'Sum' }),
      threshold: 1,
      periodCount: 5,
      topic,
    });
    new ImpactAlarm(this, 'RollupsLate', {
      name: physicalName(stage, 'rollups-late'),
      impact:
        'Daily totals read STALE for more than two minutes after an upload; samples are readable at once.',
      runbook: 'projections-late',
      metric: headwaterMetric('ProjectionLag', 'p99', 'commit to rollup'),
      threshold: FRESHNESS_MS,
      periodCount: 5,
      topic,
    });
    new ImpactAlarm(this, 'RebuildsFailed', {
      name: physicalName(stage, 'rebuilds-failed'),
      impact: 'Rows that a rebuild or a change of priorities was to compute stay STALE, and say so.',
      runbook: 'rebuilds-failed',
      metric: headwaterMetric('RebuildsFailed', 'Sum', 'rebuilds failed'),
      threshold: 1,
      periodCount: 1,
      topic,
    });
  }
}

const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []): IWidget =>
  new GraphWidget({ title, left: [...left], right: [...right], width: 8, height: 6 });

const doorWidgets = (stage: StageName): IWidget[] => [
  graph('Requests', [
    headwaterMetric('HttpRequests', 'Sum', 'all requests'),
    headwaterMetric('IngestRequests', 'Sum', 'uploads'),
    headwaterMetric('HttpRateLimited', 'Sum', 'rate limited'),
  ]),
  graph('Ingest latency', [
    functionMetric(stage, 'ingest-samples', { metricName: 'Duration', statistic: 'p50' }),
    functionMetric(stage, 'ingest-samples', { metricName: 'Duration', statistic: 'p99' }),
  ]),
  graph(
    'Errors and refusals',
    [
      headwaterMetric('HttpFaults', 'Sum', '5xx'),
      functionMetric(stage, 'ingest-samples', { metricName: 'Errors', statistic: 'Sum' }),
      headwaterMetric('IngestConflicts', 'Sum', 'conflicts retried'),
    ],
    [
      headwaterMetric('SamplesAccepted', 'Sum', 'samples accepted'),
      headwaterMetric('SamplesRefused', 'Sum', 'samples refused'),
    ],
  ),
];

const flowWidgets = (stage: StageName): IWidget[] => [
  graph(
    'Relay: how far behind',
    [functionMetric(stage, 'relay-outbox', { metricName: 'IteratorAge', statistic: 'Maximum' })],
    [headwaterMetric('RelayLag', 'p99', 'commit to bus')],
  ),
  graph(
    'Events',
    [headwaterMetric('EventsPublished', 'Sum', 'published')],
    [
      headwaterMetric('EventsFailed', 'Sum', 'failed, to be tried again'),
      headwaterMetric('PoisonRecords', 'Sum', 'poison records'),
    ],
  ),
  graph(
    'Freshness: commit to rollup',
    [headwaterMetric('ProjectionLag', 'p50', 'p50'), headwaterMetric('ProjectionLag', 'p99', 'p99')],
    [
      headwaterMetric('RollupsWritten', 'Sum', 'rollups written'),
      headwaterMetric('NightsWritten', 'Sum', 'nights written'),
    ],
  ),
];

/** What computes rows and what brings activities in; a failure of theirs is a message given back. */
const READ_MODEL_FUNCTIONS = [
  'project-nights',
  'project-impact',
  'import-activity',
  'write-workouts',
  'rebuild-read-models',
] as const;

const readModelWidgets = (stage: StageName): IWidget[] => [
  graph(
    'Read models: age of the oldest message',
    (
      ['night-projections', 'impact-projections', 'activity-imports', 'workout-writes', 'rebuilds'] as const
    ).map((name) => queueMetric(stage, name, 'ApproximateAgeOfOldestMessage')),
  ),
  graph(
    'Read models: rows written, rebuilds',
    [
      headwaterMetric('NightsWritten', 'Sum', 'nights written'),
      headwaterMetric('ImpactsWritten', 'Sum', 'impacts written'),
    ],
    [
      headwaterMetric('RebuildSteps', 'Sum', 'steps of rebuilds'),
      headwaterMetric('RebuildsFailed', 'Sum', 'rebuilds failed'),
    ],
  ),
  graph(
    'Read models: failures and duration',
    READ_MODEL_FUNCTIONS.map((name) =>
      functionMetric(stage, name, { metricName: 'Errors', statistic: 'Sum' }),
    ),
    READ_MODEL_FUNCTIONS.map((name) =>
      functionMetric(stage, name, { metricName: 'Duration', statistic: 'p99' }),
    ),
  ),
];

const providerWidgets = (stack: Stack, stage: StageName): IWidget[][] => {
  const machine = physicalName(stage, PROVIDER_SYNC_NAME);
  return [
    [
      graph(
        'Provider syncs',
        [
          headwaterMetric('ProviderSyncsSucceeded', 'Sum', 'succeeded'),
          headwaterMetric('ProviderSyncsFailed', 'Sum', 'failed'),
        ],
        [headwaterMetric('ProviderQuotaWaits', 'Sum', 'waits for a quota')],
      ),
      graph('Connections', [
        headwaterMetric('ConnectionsNeedReauth', 'Sum', 'need consent again'),
        headwaterMetric('SilentConnections', 'Sum', 'silent, polled instead'),
      ]),
      graph('Pushes', [
        headwaterMetric('PushesReceived', 'Sum', 'received'),
        headwaterMetric('PushesRefused', 'Sum', 'refused'),
        headwaterMetric('PushItemsUnknownUser', 'Sum', 'of users that are not ours'),
      ]),
    ],
    [
      graph('Longer syncs: executions', [
        stateMachineMetric(stack, machine, 'ExecutionsStarted'),
        stateMachineMetric(stack, machine, 'ExecutionsSucceeded'),
        stateMachineMetric(stack, machine, 'ExecutionsFailed'),
        stateMachineMetric(stack, machine, 'ExecutionsTimedOut'),
      ]),
      graph('Slices of pages', [
        functionMetric(stage, 'fetch-pages', { metricName: 'Duration', statistic: 'p50' }),
        functionMetric(stage, 'fetch-pages', { metricName: 'Duration', statistic: 'p99' }),
        functionMetric(stage, 'sync-connection', { metricName: 'Duration', statistic: 'p99' }),
      ]),
      graph('Records that no mapping could read', [
        headwaterMetric('RecordsQuarantined', 'Sum', 'quarantined'),
        headwaterMetric('PushItemsUnreadable', 'Sum', 'pushes'),
      ]),
    ],
  ];
};

const deviceSyncWidgets = (stage: StageName): IWidget[] => [
  graph(
    'Device sync: pushes',
    [
      headwaterMetric('SyncPushes', 'Sum', 'pushes'),
      headwaterMetric('SyncChangesTaken', 'Sum', 'changes taken'),
    ],
    [
      headwaterMetric('SyncConflicts', 'Sum', 'conflicts'),
      headwaterMetric('SyncRefused', 'Sum', 'changes refused'),
    ],
  ),
  graph(
    'Device sync: races and resyncs',
    [
      headwaterMetric('SyncRetries', 'Sum', 'commits tried again'),
      headwaterMetric('SyncContention', 'Sum', 'gave up'),
    ],
    [
      headwaterMetric('SyncResyncs', 'Sum', 'devices that begin anew'),
      headwaterMetric('SyncLogEntriesCompacted', 'Sum', 'log entries compacted'),
    ],
  ),
  graph(
    'Device sync: latency',
    [
      functionMetric(stage, 'sync-devices', { metricName: 'Duration', statistic: 'p50' }),
      functionMetric(stage, 'sync-devices', { metricName: 'Duration', statistic: 'p99' }),
    ],
    [headwaterMetric('SyncPullLag', 'p50', 'commit to pull p50')],
  ),
];

const queueWidgets = (stage: StageName): IWidget[] => [
  graph(
    'Queues: age of the oldest message',
    QUEUE_NAMES.map((name) => queueMetric(stage, name, 'ApproximateAgeOfOldestMessage')),
  ),
  graph(
    'Queues: messages waiting',
    QUEUE_NAMES.map((name) => queueMetric(stage, name, 'ApproximateNumberOfMessagesVisible')),
  ),
  graph(
    'Dead letters',
    QUEUE_NAMES.map((name) =>
      queueMetric(stage, `${name}-dead-letters`, 'ApproximateNumberOfMessagesVisible'),
    ),
  ),
];

const TABLES = ['core', 'samples', 'vault'] as const;

const storeWidgets = (stage: StageName): IWidget[] => [
  graph(
    'Tables: throttled',
    TABLES.flatMap((name) => [
      tableMetric(stage, name, 'ReadThrottleEvents'),
      tableMetric(stage, name, 'WriteThrottleEvents'),
    ]),
  ),
  graph(
    'Tables: write units',
    TABLES.map((name) => tableMetric(stage, name, 'ConsumedWriteCapacityUnits')),
  ),
  graph('Messages failed', [
    headwaterMetric('MessagesFailed', 'Sum', 'given back'),
    headwaterMetric('MessagesUnreadable', 'Sum', 'unreadable'),
  ]),
];
