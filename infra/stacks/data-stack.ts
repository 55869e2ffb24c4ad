import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acceptFindings } from '../constructs/accept-findings.ts';
import { asBucket } from '../constructs/cdk-interfaces.ts';
import type { Deployment } from '../constructs/service-function.ts';
import { logicalName, physicalName } from '../naming.ts';
import type { FoundationStack } from './foundation-stack.ts';

/**
 * How far back a table can be restored. Erasure is complete when this window of the vault has passed
 * (architecture.md 4), so the other two keep no longer than it does.
 */
const RECOVERY_DAYS = 7;
/** Requests and answers are of use as long as the ledger that names them: 30 days. */
const PAYLOAD_DAYS = 30;
/** connections.md 4. */
const RAW_DAYS = 30;
const INBOUND_DAYS = 4;
/**
 * What a caller put through a presigned address is not sealed under the user's key, so it goes with the
 * recovery window; the queue has worked it off within its four days.
 */
const UPLOAD_DAYS = RECOVERY_DAYS;

/** As lib/adapters/s3 names them; a test compares. */
export const PAYLOAD_PREFIX = 'payloads/';
export const UPLOAD_PREFIX = 'uploads/';
/** Sealed pages and pushes of providers, to be mapped again (connections.md 4). */
export const RAW_PREFIX = 'raw/';
/** Ways of workouts, sealed; they are the user's data and have no expiry. */
export const TRACK_PREFIX = 'tracks/';
/** Bodies of pushes that no queue takes; worked off within its four days, then they are of no use. */
export const INBOUND_PREFIX = 'inbound/';

/** What is due, by shard and time: polls of connections (lib/adapters/dynamo/core-keys.ts). */
export const DUE_INDEX = 'due';

export interface DataStackProps extends StackProps {
  readonly deployment: Deployment;
  readonly foundation: FoundationStack;
}

/** The three tables and the bucket of what is too large for them (architecture.md 4). */
export class DataStack extends Stack {
  readonly samples: Table;
  readonly core: Table;
  readonly vault: Table;
  readonly payloads: Bucket;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, props);
    this.samples = this.addTable(props, 'samples');
    // The stream of `core` is the outbox; `ttl` is in seconds (ledgers, rate windows, change entries).
    this.core = this.addTable(props, 'core', {
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'ttl',
    });
    this.core.addGlobalSecondaryIndex({
      indexName: DUE_INDEX,
      partitionKey: { name: 'gsi1pk', type: AttributeType.STRING },
      sortKey: { name: 'gsi1sk', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.vault = this.addTable(props, 'vault');
    this.payloads = this.addPayloads(props);
  }

  private addTable(
    { deployment, foundation }: DataStackProps,
    name: 'samples' | 'core' | 'vault',
    own: Pick<TableProps, 'stream' | 'timeToLiveAttribute'> = {},
  ): Table {
    const table = new Table(this, `${logicalName(name)}Table`, {
      tableName: physicalName(deployment.stage, name),
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: foundation.key,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: RECOVERY_DAYS,
      },
      deletionProtection: deployment.settings.deletionProtection,
      removalPolicy: deployment.settings.removalPolicy,
      ...own,
    });
    acceptFindings(table, {
      'HIPAA.Security-DynamoDBInBackupPlan':
        'Point-in-time recovery is the backup. A plan that keeps copies longer would keep data after its erasure.',
    });
    return table;
  }

  private addPayloads({ deployment, foundation }: DataStackProps): Bucket {
    const { corsAllowOrigins, removalPolicy } = deployment.settings;
    const bucket = new Bucket(this, 'Payloads', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.KMS,
      encryptionKey: foundation.key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: asBucket(foundation.accessLogs),
      serverAccessLogsPrefix: 'payloads/',
      lifecycleRules: [
        { prefix: PAYLOAD_PREFIX, expiration: Duration.days(PAYLOAD_DAYS) },
        { prefix: UPLOAD_PREFIX, expiration: Duration.days(UPLOAD_DAYS) },
        { prefix: RAW_PREFIX, expiration: Duration.days(RAW_DAYS) },
        { prefix: INBOUND_PREFIX, expiration: Duration.days(INBOUND_DAYS) },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      cors: [
        { allowedMethods: [HttpMethods.PUT], allowedOrigins: [...corsAllowOrigins], allowedHeaders: ['*'] },
      ],
      removalPolicy,
    });
    acceptFindings(bucket, {
      'HIPAA.Security-S3BucketVersioningEnabled':
        'A repeat overwrites with the same content, and an older version would outlive its erasure.',
      'HIPAA.Security-S3BucketReplicationEnabled':
        'Objects live 30 days and are worked off within minutes; the tables hold what was acknowledged.',
    });
    return bucket;
  }
}
