import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { physicalName, type StageName } from '../naming.ts';
import { ImpactAlarm, type ImpactAlarmProps } from './impact-alarm.ts';
import { headwaterMetric } from './our-metrics.ts';

export interface ProviderAlarmsProps {
  readonly stage: StageName;
  readonly topic: ITopic;
}

const QUARTER = Duration.minutes(15);
const HOUR = Duration.hours(1);

/** Below so many syncs a share says nothing. */
const ENOUGH_SYNC_COUNT = 20;
const FAILED_PERCENT = 20;
/** In an hour. Single users withdraw consent at any time; a provider that drops many at once is felt. */
const NEED_REAUTH_COUNT = 20;
/** In a quarter of an hour, four of them in a row: a burst of first syncs has passed by then. */
const QUOTA_WAIT_COUNT = 50;
const SILENT_COUNT = 20;
const REFUSED_PUSH_COUNT = 50;
const QUARANTINED_COUNT = 100;

/** Alarms on what the functions of the connections say of themselves (lib/observability/metrics.ts). */
export class ProviderAlarms extends Construct {
  constructor(scope: Construct, { stage, topic }: ProviderAlarmsProps) {
    super(scope, 'Providers');
    for (const { id, name, ...alarm } of ALARMS) {
      new ImpactAlarm(this, id, { ...alarm, name: physicalName(stage, name), topic });
    }
  }
}

const sum = (metricName: Parameters<typeof headwaterMetric>[0], label: string, period: Duration): IMetric =>
  headwaterMetric(metricName, 'Sum', label).with({ period });

type Declared = Omit<ImpactAlarmProps, 'topic'> & { readonly id: string };

const ALARMS: readonly Declared[] = [
  {
    id: 'SyncsFailing',
    name: 'provider-syncs-failing',
    impact:
      'One in five syncs fails: new data of connected providers does not arrive until they succeed again.',
    runbook: 'provider-syncs-failing',
    metric: new MathExpression({
      expression: `IF(failed + succeeded >= ${ENOUGH_SYNC_COUNT}, 100 * failed / (failed + succeeded), 0)`,
      usingMetrics: {
        failed: sum('ProviderSyncsFailed', 'failed', QUARTER),
        succeeded: sum('ProviderSyncsSucceeded', 'succeeded', QUARTER),
      },
      label: 'syncs that failed, in percent',
      period: QUARTER,
    }),
    threshold: FAILED_PERCENT,
    periodCount: 1,
  },
  {
    id: 'NeedReauth',
    name: 'connections-need-reauth',
    impact:
      'Many users are asked to connect again: until they do, no new data of that provider arrives for them.',
    runbook: 'connections-need-reauth',
    metric: sum('ConnectionsNeedReauth', 'connections', HOUR),
    threshold: NEED_REAUTH_COUNT,
    periodCount: 1,
  },
  {
    id: 'QuotaPressure',
    name: 'provider-quota',
    impact:
      'Syncs keep waiting for a provider’s quota: first syncs and backfills take hours, and data comes late.',
    runbook: 'provider-quota',
    metric: sum('ProviderQuotaWaits', 'waits', QUARTER),
    threshold: QUOTA_WAIT_COUNT,
    periodCount: 4,
  },
  {
    id: 'Silent',
    name: 'connections-silent',
    impact:
      'A provider sends no pushes: its data comes with the polls, hours instead of minutes after the device.',
    runbook: 'connections-silent',
    metric: sum('SilentConnections', 'connections', HOUR),
    threshold: SILENT_COUNT,
    periodCount: 2,
  },
  {
    id: 'PushesRefused',
    name: 'pushes-refused',
    impact: 'Pushes of a provider are turned away: if they are genuine, its data comes with the polls only.',
    runbook: 'connections-silent',
    metric: sum('PushesRefused', 'refused', QUARTER),
    threshold: REFUSED_PUSH_COUNT,
    periodCount: 1,
  },
  {
    id: 'Quarantined',
    name: 'records-quarantined',
    impact:
      'Records of a provider cannot be read and are missing for their users until they are mapped again.',
    runbook: 'provider-syncs-failing',
    metric: sum('RecordsQuarantined', 'records', HOUR),
    threshold: QUARANTINED_COUNT,
    periodCount: 1,
  },
];
