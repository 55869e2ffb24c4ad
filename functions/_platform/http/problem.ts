import { PROBLEM_TYPE_PREFIX, PROBLEMS, type ProblemCode } from '../../../contracts/problems/catalog.ts';
import { AppError, type FieldFault } from '../../../lib/problems/app-error.ts';
import type { ApiResponse } from './operation.ts';

/** The body of every answer that is not a success (RFC 9457). */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldFault[];
  readonly requestId: string;
}

/** Retry-After where the catalogue says `after` and nobody said how long: one second is one more attempt. */
const DEFAULT_RETRY_AFTER_SEC = 1;
const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** What a fault looks like outside. Anything but an `AppError` is `server.internal` and says nothing more. */
export function toAppError(error: unknown): AppError {
  return error instanceof AppError
    ? error
    : new AppError('server.internal', 'The request could not be completed.', { cause: error });
}

export function toProblem(error: AppError, requestId: string): ApiResponse {
  const { status, title, retry } = PROBLEMS[error.code];
  const body: ProblemBody = {
    type: PROBLEM_TYPE_PREFIX + error.code,
    title,
    status,
    code: error.code,
    detail: error.detail,
    ...(error.faults.length > 0 ? { errors: error.faults } : {}),
    requestId,
  };
  const retryAfterSec = error.retryAfterSec ?? (retry === 'after' ? DEFAULT_RETRY_AFTER_SEC : undefined);
  return {
    status,
    body,
    headers: {
      'content-type': PROBLEM_MEDIA_TYPE,
      ...(retryAfterSec === undefined
        ? {}
        : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSec))) }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="headwater"' } : {}),
    },
  };
}
