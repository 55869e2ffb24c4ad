import { PROBLEMS, type ProblemCode } from '../../contracts/problems/catalog.ts';

/** One fault of a field: `path` is a JSON pointer into the request. */
export interface FieldFault {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/**
 * A fault that ends the request or the message. `detail` is shown to callers: it never holds a secret, a
 * health value or another tenant's name. The translators in functions/_platform turn it into an answer.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ProblemCode;
  readonly detail: string;
  readonly faults: readonly FieldFault[];
  readonly retryAfterSec: number | undefined;

  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      readonly faults?: readonly FieldFault[];
      readonly retryAfterSec?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.faults = options.faults ?? [];
    this.retryAfterSec = options.retryAfterSec;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}
