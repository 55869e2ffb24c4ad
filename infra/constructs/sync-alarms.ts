import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { physicalName, type StageName } from '../naming.ts';
import { ImpactAlarm } from './impact-alarm.ts';
import { functionMetric, headwaterMetric } from './our-metrics.ts';

export interface SyncAlarmsProps {
  readonly stage: StageName;
  readonly topic: ITopic;
}

const QUARTER = Duration.minutes(15);
const HOUR = Duration.hours(1);
/** In five minutes: one fault may be a cold network, ten are felt. */
const FAULT_COUNT = 10;
/** In a quarter of an hour: single users with many devices lose a race now and then. */
const CONTENTION_COUNT = 20;
/** In an hour. Devices come back after 90 days at any time; many at once have another reason. */
const RESYNC_COUNT = 100;
/** Below so many changes a share says nothing. */
const ENOUGH_CHANGE_COUNT = 500;
const CONFLICT_PERCENT = 25;

/** Alarms on device sync, by what its functions say of themselves (lib/observability/metrics.ts). */
export class SyncAlarms extends Construct {
  constructor(scope: Construct, { stage, topic }: SyncAlarmsProps) {
    super(scope, 'DeviceSync');
    new ImpactAlarm(this, 'Faults', {
      name: physicalName(stage, 'sync-faults'),
      impact: 'Devices cannot sync: edits wait on them, and none is lost.',
      runbook: 'sync-contention',
      metric: functionMetric(stage, 'sync-devices', { metricName: 'Errors', statistic: 'Sum' }).with({
        period: Duration.minutes(5),
      }),
      threshold: FAULT_COUNT,
      periodCount: 1,
      topic,
    });
    new ImpactAlarm(this, 'Contention', {
      name: physicalName(stage, 'sync-contention'),
      impact: 'Pushes of some users give up against other writers: their edits wait on the device.',
      runbook: 'sync-contention',
      metric: headwaterMetric('SyncContention', 'Sum', 'gave up').with({ period: QUARTER }),
      threshold: CONTENTION_COUNT,
      periodCount: 1,
      topic,
    });
    new ImpactAlarm(this, 'Resyncs', {
      name: physicalName(stage, 'sync-resyncs'),
      impact: 'Many devices load everything anew: they are slow to open, and the tables are read more.',
      runbook: 'sync-resyncs',
      metric: headwaterMetric('SyncResyncs', 'Sum', 'resyncs').with({ period: HOUR }),
      threshold: RESYNC_COUNT,
      periodCount: 1,
      topic,
    });
    new ImpactAlarm(this, 'Conflicts', {
      name: physicalName(stage, 'sync-conflicts'),
      impact: 'One change in four meets another: people see merged values that they did not type.',
      runbook: 'sync-conflicts',
      metric: new MathExpression({
        expression: `IF(taken + met >= ${ENOUGH_CHANGE_COUNT}, 100 * met / (taken + met), 0)`,
        usingMetrics: {
          taken: headwaterMetric('SyncChangesTaken', 'Sum', 'taken').with({ period: HOUR }),
          met: headwaterMetric('SyncConflicts', 'Sum', 'conflicts').with({ period: HOUR }),
        },
        label: 'changes that met another, in percent',
        period: HOUR,
      }),
      threshold: CONFLICT_PERCENT,
      periodCount: 1,
      topic,
    });
  }
}
