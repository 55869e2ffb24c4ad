import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { AppError } from '../../problems/app-error.ts';
import { workspaceKey } from './core-keys.ts';
import { N } from './dynamo.ts';

export interface WorkspaceCount {
  readonly attribute: 'keyCount' | 'issuerCount';
  readonly max: number;
}

/** One more, on the condition that the workspace is there and has fewer than `max`. */
export const countUp = (
  coreTable: string,
  workspaceId: string,
  { attribute, max }: WorkspaceCount,
): TransactWriteItem => ({
  Update: {
    TableName: coreTable,
    Key: workspaceKey(workspaceId),
    UpdateExpression: `ADD ${attribute} :one`,
    ConditionExpression: `${attribute} < :max`,
    ExpressionAttributeValues: { ':one': N(1), ':max': N(max) },
  },
});

export const countDown = (
  coreTable: string,
  workspaceId: string,
  { attribute }: Pick<WorkspaceCount, 'attribute'>,
): TransactWriteItem => ({
  Update: {
    TableName: coreTable,
    Key: workspaceKey(workspaceId),
    UpdateExpression: `ADD ${attribute} :one`,
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':one': N(-1) },
  },
});

/**
 * What a cancelled transaction means: the outcome beside the first of the indexes whose condition did not
 * hold. When none did fail, another transaction was on the same items: nothing was written, a repeat does.
 */
export function judge<Outcome>(
  reasons: readonly { readonly Code?: string | undefined }[],
  meanings: readonly (readonly [index: number, outcome: Outcome])[],
): Outcome {
  const refused = meanings.find(([index]) => reasons[index]?.Code === 'ConditionalCheckFailed');
  if (refused !== undefined) return refused[1];
  throw new AppError('server.unavailable', 'Others are changing this workspace; try again.');
}
