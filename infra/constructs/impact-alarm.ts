import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface ImpactAlarmProps {
  readonly name: string;
  /** One sentence, for whoever is woken: what users feel while this lasts. */
  readonly impact: string;
  /** File name under docs/runbooks. */
  readonly runbook:
    | 'relay-stuck'
    | 'dead-letter-queue'
    | 'ingest-errors'
    | 'projections-late'
    | 'rebuilds-failed'
    | 'provider-syncs-failing'
    | 'connections-need-reauth'
    | 'provider-quota'
    | 'connections-silent'
    | 'sync-conflicts'
    | 'sync-contention'
    | 'sync-resyncs';
  readonly metric: IMetric;
  /** It rings at this value and above. */
  readonly threshold: number;
  /** Of as many periods in a row. */
  readonly periodCount: number;
  readonly topic: ITopic;
}

/** An alarm that says what users feel and where to read on. No data is no trouble: nothing happened. */
export class ImpactAlarm extends Construct {
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: ImpactAlarmProps) {
    super(scope, id);
    const action = new SnsAction(props.topic);
    this.alarm = new Alarm(this, 'Alarm', {
      alarmName: props.name,
      alarmDescription: `Impact: ${props.impact} Runbook: docs/runbooks/${props.runbook}.md`,
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods: props.periodCount,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    this.alarm.addAlarmAction(action);
    this.alarm.addOkAction(action);
  }
}
