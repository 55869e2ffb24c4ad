import * as z from 'zod';
import { jitteredDelayMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { ImportBatch, WorkoutBatch } from '../../imports/batches.ts';
import type { BatchAnswer, ImportTarget } from '../../imports/run-import.ts';

const count = z.int().nonnegative();
const BatchAnswerBody = z.object({
  counts: z.object({
    accepted: count,
    updated: count,
    duplicate: count,
    superseded: count,
    deleted: count,
    notFound: count,
    refused: count,
  }),
  refused: z.array(z.object({ index: count, reason: z.string(), message: z.string() })),
});
const QueuedBody = z.object({ status: z.literal('queued'), retryAfterMs: z.number().positive() });
const UserBody = z.object({ id: z.string(), timeZone: z.string().nullish() });
const ProblemBody = z.object({
  code: z.string(),
  detail: z.string().optional(),
  title: z.string().optional(),
});

/** The API answered with a problem that a repeat will not mend, or did not answer at all. */
export class HeadwaterApiError extends Error {
  override readonly name = 'HeadwaterApiError';
}

const MAX_ATTEMPTS = 10;
const RETRY = { baseMs: 200, capMs: 10_000 };
const REQUEST_TIMEOUT_MS = 40_000;

export interface ApiAccess {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/**
 * Headwater's public API as an import target. Network faults, 429 and 5xx are tried again up to 10 times with
 * jitter, the server's Retry-After going first; every other problem is thrown with its code. A repeat is
 * harmless, because users are found by external id and batches by request id.
 */
export function createHeadwaterApi(access: ApiAccess): ImportTarget {
  return {
    async ensureUser(externalId, timeZone) {
      const answer = await sendToApi(access, 'POST', '/v1/users', {
        externalId,
        ...(timeZone === undefined ? {} : { timeZone }),
      });
      const user = UserBody.parse(answer.body);
      return { id: user.id, timeZone: user.timeZone ?? undefined };
    },
    upload: (userId, requestId, { sources, samples }) =>
      uploadBatch(access, `${healthOf(userId)}/samples/batch-upsert`, { requestId, sources, samples }),
    uploadWorkouts: (userId, requestId, { source, workouts }) =>
      uploadBatch(access, `${healthOf(userId)}/workouts/batch-upsert`, { requestId, source, workouts }),
  };
}

const healthOf = (userId: string): string => `/v1/users/${encodeURIComponent(userId)}/health`;

async function uploadBatch(
  access: ApiAccess,
  path: string,
  batch: { readonly requestId: string } & (
    | Pick<ImportBatch, 'sources' | 'samples'>
    | Pick<WorkoutBatch, 'source' | 'workouts'>
  ),
): Promise<BatchAnswer> {
  const body = { ...batch, origin: 'import' };
  for (;;) {
    const answer = await sendToApi(access, 'POST', path, body);
    if (answer.status !== 202) return BatchAnswerBody.parse(answer.body);
    await access.clock.sleep(QueuedBody.parse(answer.body).retryAfterMs);
  }
}

/** One call, again while a repeat may mend it; a body of `undefined` is none. Throws HeadwaterApiError. */
export async function sendToApi(
  access: ApiAccess,
  method: string,
  path: string,
  body: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  let failure = 'no answer';
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const outcome = await attemptOnce(access, method, path, payload);
    if (outcome.kind === 'answered') return outcome;
    if (outcome.kind === 'refused') throw new HeadwaterApiError(outcome.reason);
    failure = outcome.reason;
    await access.clock.sleep(outcome.retryAfterMs ?? jitteredDelayMs(attempt, RETRY, access.randomness));
  }
  throw new HeadwaterApiError(
    `${access.apiUrl} gave no usable answer in ${MAX_ATTEMPTS} attempts: ${failure}`,
  );
}

type Attempt =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'again'; readonly reason: string; readonly retryAfterMs: number | undefined };

async function attemptOnce(
  access: ApiAccess,
  method: string,
  path: string,
  payload: string | undefined,
): Promise<Attempt> {
  try {
    const response = await access.fetch(`${access.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${access.apiKey}`, 'content-type': 'application/json' },
      ...(payload === undefined ? {} : { body: payload }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const text = await response.text();
    if (response.ok) return { kind: 'answered', status: response.status, body: JSON.parse(text) };
    return judgeProblem(response, text);
  } catch (fault) {
    return {
      kind: 'again',
      reason: fault instanceof Error ? fault.message : 'network fault',
      retryAfterMs: undefined,
    };
  }
}

function judgeProblem(response: Response, text: string): Attempt {
  const reason = `${response.status} ${describeProblem(text)}`;
  if (response.status !== 429 && response.status < 500) return { kind: 'refused', reason };
  const retryAfterSec = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    kind: 'again',
    reason,
    retryAfterMs: Number.isFinite(retryAfterSec) ? retryAfterSec * 1_000 : undefined,
  };
}

function describeProblem(text: string): string {
  try {
    const problem = ProblemBody.parse(JSON.parse(text));
    return `${problem.code}: ${problem.detail ?? problem.title ?? ''}`;
  } catch {
    return text.slice(0, 200);
  }
}
