import {
  type CancellationReason,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AppError } from '../../problems/app-error.ts';
import type { Dynamo } from './dynamo.ts';
import { rethrowStoreError } from './store-error.ts';

export type TransactionOutcome =
  | { readonly kind: 'committed' }
  /** One reason per item, in the order of the items. */
  | { readonly kind: 'cancelled'; readonly reasons: readonly CancellationReason[] };

const CONTENTION_CODES: ReadonlySet<string> = new Set(['ConditionalCheckFailed', 'TransactionConflict']);
const THROTTLING_CODES: ReadonlySet<string> = new Set([
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
]);

/**
 * Sends a transaction. `cancelled` only when a condition failed or another transaction was in the way:
 * nothing was written. Throttled: server.unavailable, nothing was written. A refused item is a fault of ours.
 */
export async function sendTransaction(
  dynamo: Dynamo,
  input: TransactWriteItemsCommandInput,
): Promise<TransactionOutcome> {
  try {
    await dynamo.send(new TransactWriteItemsCommand(input));
    return { kind: 'committed' };
  } catch (error) {
    if (!isCancellation(error)) return rethrowStoreError(error);
    return judgeReasons(error.CancellationReasons ?? [], error);
  }
}

/** By name: a simulated engine's and a bundled SDK's error need not be of one class. */
const isCancellation = (error: unknown): error is TransactionCanceledException =>
  error instanceof TransactionCanceledException ||
  (error instanceof Error && error.name === 'TransactionCanceledException');

function judgeReasons(reasons: readonly CancellationReason[], cause: Error): TransactionOutcome {
  const codes = reasons.map(({ Code }) => Code ?? 'None');
  if (codes.some((code) => CONTENTION_CODES.has(code))) return { kind: 'cancelled', reasons };
  if (codes.some((code) => THROTTLING_CODES.has(code))) {
    throw new AppError('server.unavailable', 'the database is throttling', { cause, retryAfterSec: 1 });
  }
  throw new AppError('server.internal', 'the database refused a transaction', { cause });
}

/**
 * What the head's reason says when the transaction asked for its old image: the user is gone when the
 * condition failed on a head that is erased, or on none at all.
 */
export const isErased = (headReason: CancellationReason | undefined): boolean =>
  headReason?.Code === 'ConditionalCheckFailed' &&
  (headReason.Item === undefined || headReason.Item['erasedAt'] !== undefined);
