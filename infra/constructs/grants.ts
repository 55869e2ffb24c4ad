import { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acceptFindings } from './accept-findings.ts';
import type { ServiceFunction } from './service-function.ts';

type AnyFunction = Construct & Pick<ServiceFunction<never>, 'allow' | 'allowKeyThrough'>;

/** A transaction needs the permission of each action in it; there is none for TransactWriteItems itself. */
const TABLE_ACTIONS = {
  get: 'dynamodb:GetItem',
  batchGet: 'dynamodb:BatchGetItem',
  query: 'dynamodb:Query',
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  check: 'dynamodb:ConditionCheckItem',
  delete: 'dynamodb:DeleteItem',
} as const;

/** What DynamoDB asks of the caller's rights to a customer's key (its guide, "Encryption at rest"). */
const TABLE_KEY_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
] as const;

export type TableUse = keyof typeof TABLE_ACTIONS;

/** Never a scan, and never more than the uses named. */
export function grantTable(to: AnyFunction, table: Table, uses: readonly TableUse[]): void {
  to.allow(
    uses.map((use) => TABLE_ACTIONS[use]),
    [table.tableArn],
  );
  if (table.encryptionKey !== undefined) {
    to.allowKeyThrough('dynamodb', table.encryptionKey, TABLE_KEY_ACTIONS);
  }
}

/**
 * Opens the wrapped key of a workspace, which is named in the encryption context. Wrapping the key of a new
 * workspace is left to the operator's command: no function may.
 */
export function grantWorkspaceKey(to: AnyFunction, key: IKey): void {
  to.allow(['kms:Decrypt'], [key.keyArn], { Null: { 'kms:EncryptionContext:workspaceId': 'false' } });
}

/**
 * Without ListBucket S3 answers 403 and not 404 for what is not there, and the stores could not tell; who
 * deletes lists first.
 */
const OBJECT_ACTIONS = {
  get: ['s3:GetObject'],
  put: ['s3:PutObject'],
  delete: ['s3:DeleteObject'],
} as const;
export type ObjectUse = keyof typeof OBJECT_ACTIONS;

/**
 * Accepts that `to` may name every object under a prefix. cdk-nag calls the bucket by its logical id, or by
 * its export where it lies in another stack.
 */
export function acceptObjectsUnder(to: AnyFunction, bucket: Bucket, prefix: string): void {
  const owner = Stack.of(bucket);
  const arn: unknown = owner.resolve(
    owner === Stack.of(to) ? bucket.bucketArn : owner.exportValue(bucket.bucketArn),
  );
  const { 'Fn::ImportValue': imported, 'Fn::GetAtt': attribute } = arn as {
    readonly 'Fn::ImportValue'?: string;
    readonly 'Fn::GetAtt'?: readonly string[];
  };
  const name = imported ?? `<${(attribute ?? []).join('.')}>`;
  acceptFindings(to, {
    [`AwsSolutions-IAM5[Resource::${name}/${prefix}*]`]:
      'Object names are made at run time; the bucket, the prefix and the actions are named.',
  });
}

/** Objects under one prefix of the bucket, with the bucket's key through S3 alone. */
export function grantObjects(
  to: AnyFunction,
  bucket: Bucket,
  { prefix, uses }: { readonly prefix: string; readonly uses: readonly ObjectUse[] },
): void {
  to.allow(
    uses.flatMap((use) => [...OBJECT_ACTIONS[use]]),
    [bucket.arnForObjects(`${prefix}*`)],
  );
  if (uses.includes('get') || uses.includes('delete')) to.allow(['s3:ListBucket'], [bucket.bucketArn]);
  acceptObjectsUnder(to, bucket, prefix);
  if (bucket.encryptionKey !== undefined && uses.some((use) => use !== 'delete')) {
    to.allowKeyThrough('s3', bucket.encryptionKey, ['kms:Decrypt', 'kms:GenerateDataKey']);
  }
}

/** The secret's present value, with its key through Secrets Manager alone. */
export function grantSecret(to: AnyFunction, secret: Secret): void {
  to.allow(['secretsmanager:GetSecretValue'], [secret.secretArn]);
  if (secret.encryptionKey !== undefined) {
    to.allowKeyThrough('secretsmanager', secret.encryptionKey, ['kms:Decrypt']);
  }
}

/** Queries on one index of the table, and nothing of the table itself. */
export function grantIndex(to: AnyFunction, table: Table, indexName: string): void {
  to.allow(['dynamodb:Query'], [`${table.tableArn}/index/${indexName}`]);
  if (table.encryptionKey !== undefined) {
    to.allowKeyThrough('dynamodb', table.encryptionKey, TABLE_KEY_ACTIONS);
  }
}

export function grantSend(to: AnyFunction, queue: IQueue): void {
  to.allow(['sqs:SendMessage'], [queue.queueArn]);
  if (queue.encryptionMasterKey !== undefined) {
    to.allowKeyThrough('sqs', queue.encryptionMasterKey, ['kms:Decrypt', 'kms:GenerateDataKey']);
  }
}
