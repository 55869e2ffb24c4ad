import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { ProblemCode } from '../../contracts/problems/catalog.ts';
import { AppError } from '../problems/app-error.ts';
import { MAX_INLINE_ANSWER_BYTES, MAX_LISTED_REFUSAL_COUNT, QUEUED_RETRY_AFTER_MS } from './limits.ts';
import type { IngestCounts, Ledger, LedgerAnswer, RequestId, UserScope } from './model.ts';
import type { PreparedWork } from './prepare-work.ts';
import { isBefore, type Position } from './progress.ts';
import type { PayloadStore } from './sample-store.ts';
import type { WorkCounts } from './transaction-draft.ts';
import type { Refusal, WorkUnit } from './work.ts';

const FAULT_CODES = [
  'request.malformed_json',
  'request.invalid',
  'request.body_required',
  'request.bad_encoding',
  'request.too_large',
  'request.too_many_items',
  'ingest.hash_mismatch',
  'ingest.unknown_source',
] as const satisfies readonly ProblemCode[];

/** What the door says; `body` is the JSON text, byte for byte what the ledger keeps. */
export interface IngestAnswer {
  readonly status: 200 | 202 | 207;
  readonly body: string;
}

/** The final answer of a request. Its counts add up to the samples and deletions that were sent. */
export function answerOf(told: {
  readonly requestId: RequestId;
  readonly seq: number;
  readonly itemCount: number;
  readonly counts: WorkCounts;
  readonly refusals: readonly Refusal[];
}): IngestAnswer & { readonly status: 200 | 207 } {
  const { requestId, seq, itemCount, counts: done, refusals } = told;
  const doneCount =
    done.accepted + done.updated + done.duplicate + done.superseded + done.deleted + done.notFound;
  // What a search did not find was no work in any bucket, and is told here (ING4).
  const unfound = Math.max(0, itemCount - refusals.length - doneCount);
  const counts: IngestCounts = { ...done, notFound: done.notFound + unfound, refused: refusals.length };
  const refused = refusals.slice(0, MAX_LISTED_REFUSAL_COUNT);
  const body = JSON.stringify({ requestId, seq, counts, refused });
  return { status: refusals.length === 0 ? 200 : 207, body };
}

export const queuedAnswer = (requestId: RequestId): IngestAnswer => ({
  status: 202,
  body: JSON.stringify({ requestId, status: 'queued', retryAfterMs: QUEUED_RETRY_AFTER_MS }),
});

/** The door's refusals and those of the privacy gate, by index (ING10). */
export function allRefusals(
  prepared: PreparedWork,
  units: readonly WorkUnit[],
  refusedFrom: Readonly<Record<string, Position>>,
): readonly Refusal[] {
  if (Object.keys(refusedFrom).length === 0) return prepared.refusals;
  const indexes = new Set<number>();
  const placed = new Set<number>();
  for (const { key, ref, samples, deletions } of units) {
    const from = refusedFrom[ref.metric];
    [...samples, ...deletions].forEach(({ index }, offset) => {
      placed.add(index);
      if (from !== undefined && !isBefore({ key, offset }, from)) indexes.add(index);
    });
  }
  for (const { index, metric } of prepared.searches)
    if (refusedFrom[metric] !== undefined && !placed.has(index)) indexes.add(index);
  const blocked = [...indexes].map(
    (index): Refusal => ({ index, reason: 'privacy_blocked', message: 'metric: blocked by the user' }),
  );
  return [...prepared.refusals, ...blocked].sort((left, right) => left.index - right.index);
}

/**
 * Where the ledger keeps an answer: inline, or above 64 KB as a payload put first. The key holds the
 * answer's own hash, so that of two racing workers neither overwrites what the other's ledger names.
 */
export async function keepAnswer(
  payloads: PayloadStore,
  scope: UserScope,
  requestId: RequestId,
  body: string,
): Promise<LedgerAnswer> {
  const bytes = Buffer.from(body);
  if (bytes.length <= MAX_INLINE_ANSWER_BYTES) return { inline: body };
  const digest = createHash('sha256').update(bytes).digest('hex');
  const payloadKey = `answers/${requestId}/${digest}`;
  await payloads.put(scope, payloadKey, bytes);
  return { payloadKey };
}

/** The stored answer, byte for byte (ING6). Throws the stored fault of an uploaded file. */
export async function storedAnswer(
  payloads: PayloadStore,
  scope: UserScope,
  ledger: Extract<Ledger, { readonly state: 'answered' }>,
): Promise<IngestAnswer> {
  const { status, answer } = ledger;
  const body = 'inline' in answer ? answer.inline : await readText(payloads, scope, answer.payloadKey);
  if (status !== 400) return { status, body };
  const { code, detail } = Fault.parse(JSON.parse(body));
  throw new AppError(code, detail);
}

const Fault = z.object({ code: z.enum(FAULT_CODES), detail: z.string() });

/** Ends the request of an uploaded file that cannot be taken: its ledger row gives the problem from now on. */
export const faultAnswer = ({ code, detail }: AppError): LedgerAnswer => ({
  inline: JSON.stringify({ code, detail }),
});

/** True for the faults of a file: sending the same one again ends the same. */
export const isFileFault = (error: unknown): error is AppError =>
  error instanceof AppError && FAULT_CODES.some((code) => code === error.code);

async function readText(payloads: PayloadStore, scope: UserScope, payloadKey: string): Promise<string> {
  const bytes = await payloads.get(scope, payloadKey);
  if (bytes === undefined) throw new AppError('server.unavailable', 'the stored answer cannot be read now');
  return Buffer.from(bytes).toString('utf8');
}
