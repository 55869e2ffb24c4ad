import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { physicalName } from '../naming.ts';
import { acceptFindings } from './accept-findings.ts';
import { ImpactAlarm } from './impact-alarm.ts';
import { providerSyncDefinition } from './provider-sync-definition.ts';
import type { Deployment, ServiceFunction } from './service-function.ts';

type Step = Pick<ServiceFunction<never>, 'function'>;

export interface ProviderSyncProps {
  readonly deployment: Deployment;
  readonly key: IKey;
  readonly alarmTopic: ITopic;
  readonly steps: { readonly prepare: Step; readonly fetch: Step; readonly finish: Step };
}

/** Of the state machine, under headwater-<stage>-. */
export const PROVIDER_SYNC_NAME = 'provider-sync';

/** The longest that Step Functions keeps a data key is 15 minutes; this is its default. */
const DATA_KEY_REUSE_SEC = 300;

/** What Step Functions asks of a role that logs; it names no resource for these ("Logging using CloudWatch Logs"). */
const LOG_DELIVERY_ACTIONS = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];
const TRACE_ACTIONS = [
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

/**
 * The state machine with a role that may invoke its three functions and nothing else, logs without what the
 * executions hold, traces, and the alarm for what none of its own steps could write down.
 */
export class ProviderSync extends Construct {
  readonly arn: string;

  constructor(scope: Construct, props: ProviderSyncProps) {
    super(scope, 'ProviderSync');
    const { deployment, key, steps } = props;
    const stack = Stack.of(this);
    const name = physicalName(deployment.stage, PROVIDER_SYNC_NAME);
    const ownArn = stack.formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${name}`,
      encryptionKey: key,
      retention: deployment.settings.logRetention,
      removalPolicy: deployment.settings.removalPolicy,
    });
    const role = this.addRole(props, ownArn);
    const definition = providerSyncDefinition({
      prepareArn: steps.prepare.function.functionArn,
      fetchArn: steps.fetch.function.functionArn,
      finishArn: steps.finish.function.functionArn,
    });
    const machine = new CfnStateMachine(this, 'StateMachine', {
      stateMachineName: name,
      stateMachineType: 'STANDARD',
      definitionString: stack.toJsonString(definition),
      roleArn: role.roleArn,
      loggingConfiguration: {
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logGroup.logGroupArn } }],
        includeExecutionData: false,
        level: 'ALL',
      },
      tracingConfiguration: { enabled: true },
      encryptionConfiguration: {
        type: 'CUSTOMER_MANAGED_KMS_KEY',
        kmsKeyId: key.keyArn,
        kmsDataKeyReusePeriodSeconds: DATA_KEY_REUSE_SEC,
      },
    });
    // Without its policy the role cannot deliver logs, and the machine is not made.
    machine.node.addDependency(role);
    this.arn = machine.ref;
    this.addAlarm(props);
  }

  private addRole({ key, steps }: ProviderSyncProps, ownArn: string): Role {
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnEquals: { 'aws:SourceArn': ownArn },
        },
      }),
    });
    const functionArns = Object.values(steps).map((step) => step.function.functionArn);
    const logs = stack.formatArn({ service: 'logs', resource: '*', arnFormat: ArnFormat.NO_RESOURCE_NAME });
    const allow = (actions: readonly string[], resources: readonly string[], context?: object): void => {
      role.addToPolicy(
        new PolicyStatement({
          actions: [...actions],
          resources: [...resources],
          ...(context === undefined ? {} : { conditions: { StringEquals: context } }),
        }),
      );
    };
    allow(['lambda:InvokeFunction'], functionArns);
    allow([...LOG_DELIVERY_ACTIONS, ...TRACE_ACTIONS], ['*']);
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn], {
      'kms:EncryptionContext:aws:states:stateMachineArn': ownArn,
    });
    allow(['kms:GenerateDataKey'], [key.keyArn], { 'kms:EncryptionContext:SourceArn': logs });
    acceptFindings(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'The actions of log delivery and of X-Ray have no resource to name; the functions are named.',
      'HIPAA.Security-IAMNoInlinePolicy':
        'One role has one state machine; its policy is written beside it and used by nothing else.',
    });
    return role;
  }

  private addAlarm({ deployment: { stage }, alarmTopic }: ProviderSyncProps): void {
    const metric = (metricName: string): Metric =>
      new Metric({
        namespace: 'AWS/States',
        metricName,
        dimensionsMap: { StateMachineArn: this.arn },
        statistic: 'Sum',
      });
    new ImpactAlarm(this, 'LostAlarm', {
      name: physicalName(stage, `${PROVIDER_SYNC_NAME}-lost`),
      impact:
        'Some syncs ended without a word: their connections seem to be syncing, and no new data comes until their lease ends.',
      runbook: 'provider-syncs-failing',
      metric: new MathExpression({
        expression: 'failed + timedOut + aborted',
        usingMetrics: {
          failed: metric('ExecutionsFailed'),
          timedOut: metric('ExecutionsTimedOut'),
          aborted: metric('ExecutionsAborted'),
        },
        label: 'executions that did not end well',
        period: Duration.minutes(5),
      }),
      threshold: 1,
      periodCount: 1,
      topic: alarmTopic,
    });
  }
}
