import { AppError } from '../../problems/app-error.ts';

/** What DynamoDB says when it cannot now, after the SDK's own attempts (its error reference). */
const PASSING_ERRORS: ReadonlySet<string> = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'TransactionInProgressException',
  'InternalServerError',
  'ServiceUnavailable',
  'TimeoutError',
]);
const TRANSPORT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
]);

/** For `.catch`: outages become server.unavailable, which callers repeat; faults of ours stay as they are. */
export function rethrowStoreError(error: unknown): never {
  throw isPassing(error)
    ? new AppError('server.unavailable', 'the database did not answer', { cause: error, retryAfterSec: 1 })
    : error;
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    PASSING_ERRORS.has(error.name) ||
    TRANSPORT_CODES.has(code) ||
    ('$fault' in error && error.$fault === 'server')
  );
}
