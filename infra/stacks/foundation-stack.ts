import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { acceptFindings } from '../constructs/accept-findings.ts';
import type { Deployment } from '../constructs/service-function.ts';
import { physicalName } from '../naming.ts';

const ACCESS_LOG_DAYS = 90;

/** What the other stacks stand on: the two keys, the topic of alarms, the bucket of access logs. */
export class FoundationStack extends Stack {
  /** Encrypts tables, buckets, queues, the bus, logs and the alarm topic. */
  readonly key: Key;
  /** Wraps the workspaces' keys and nothing else: only functions that open health data may use it. */
  readonly workspaceKey: Key;
  readonly alarmTopic: Topic;
  readonly accessLogs: Bucket;

  constructor(scope: Construct, id: string, props: StackProps & { readonly deployment: Deployment }) {
    super(scope, id, props);
    const { stage, settings } = props.deployment;
    this.key = new Key(this, 'Key', {
      alias: physicalName(stage, 'storage'),
      description: 'Headwater: tables, buckets, queues, event bus, logs, alarms',
      enableKeyRotation: true,
      removalPolicy: settings.removalPolicy,
    });
    this.allowServices();
    this.workspaceKey = new Key(this, 'WorkspaceKey', {
      alias: physicalName(stage, 'workspaces'),
      description: 'Headwater: wraps the key of each workspace',
      enableKeyRotation: true,
      removalPolicy: settings.removalPolicy,
    });
    this.alarmTopic = new Topic(this, 'AlarmTopic', {
      topicName: physicalName(stage, 'alarms'),
      masterKey: this.key,
      enforceSSL: true,
    });
    // A policy of its own takes the place of SNS's, which would have let alarms in.
    this.alarmTopic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alarmTopic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    if (settings.alarmEmail !== 'nobody') {
      this.alarmTopic.addSubscription(new EmailSubscription(settings.alarmEmail));
    }
    this.accessLogs = this.addAccessLogs(props.deployment);
  }

  /** Services that encrypt on their own account: logs in this region, alarms on their way to the topic. */
  private allowServices(): void {
    const actions = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'];
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Logs',
        principals: [new ServicePrincipal(`logs.${this.region}.${this.urlSuffix}`)],
        actions: [...actions, 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${this.partition}:logs:${this.region}:${this.account}:log-group:*`,
          },
        },
      }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    // Step Functions hands its logs to this service, under the key of the state machine.
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogDelivery',
        principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['kms:Decrypt'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Events',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
  }

  private addAccessLogs({ settings }: Deployment): Bucket {
    const bucket = new Bucket(this, 'AccessLogs', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(ACCESS_LOG_DAYS) }],
      removalPolicy: settings.removalPolicy,
    });
    acceptFindings(bucket, {
      'AwsSolutions-S1': 'It is the bucket that access logs go to.',
      'HIPAA.Security-S3BucketLoggingEnabled': 'It is the bucket that access logs go to.',
      'HIPAA.Security-S3DefaultEncryptionKMS':
        'S3 cannot deliver server access logs to a bucket whose default is a KMS key (S3 user guide); it uses SSE-S3.',
      'HIPAA.Security-S3BucketReplicationEnabled':
        'Access logs are kept 90 days and can be lost without harm.',
      'HIPAA.Security-S3BucketVersioningEnabled':
        'Log objects are written once, by S3, and never overwritten.',
    });
    return bucket;
  }
}
