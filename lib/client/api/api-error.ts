import type { Schemas } from './operations.ts';

const RETRYABLE: readonly number[] = [408, 425, 429, 502, 503, 504];

/** A problem (RFC 9457) that the API answered with. `code` is one of its documented ones. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** `http.<status>` where the answer was no problem of the API's, as of a proxy in between. */
  readonly code: string;
  /** The problem as it was answered. */
  readonly problem: Schemas['Problem'] | undefined;
  /** What the server asked to wait, of `Retry-After`. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, problem: Schemas['Problem'] | undefined, retryAfterMs: number | undefined) {
    super(problem === undefined ? `the server answered ${status}` : `${problem.code}: ${problem.title}`);
    this.status = status;
    this.code = problem?.code ?? `http.${status}`;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }

  /** The same request may succeed later. */
  get retryable(): boolean {
    return RETRYABLE.includes(this.status);
  }

  static of(answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }): ApiError {
    const seconds = answer.headers['retry-after'];
    const isNumber = seconds !== undefined && /^\d{1,9}$/.test(seconds);
    return new ApiError(
      answer.status,
      problemOf(answer.body),
      isNumber ? Number(seconds) * 1_000 : undefined,
    );
  }
}

function problemOf(body: string): Schemas['Problem'] | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const isProblem = typeof value === 'object' && value !== null && 'code' in value && 'title' in value;
    return isProblem ? (value as Schemas['Problem']) : undefined;
  } catch {
    return undefined;
  }
}
