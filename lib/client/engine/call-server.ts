import { MAX_CLOCK_LEAD_MS, PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../../contracts/sync/protocol.ts';
import { clampHlc } from '../../sync/merge/hlc.ts';
import { type ClientErrorCode, HeadwaterError, NetworkError } from '../client-error.ts';
import { loadClock, saveClock } from '../store/sync-state.ts';
import type { TransportAnswer, TransportRequest } from '../transport.ts';
import { type ClientContext, transact } from './client-context.ts';
import { Problem } from './wire.ts';
import type { Shape } from './wire-shape.ts';

/** Milliseconds since 1970 on the server's clock, in every answer. */
const TIME_HEADER = 'x-headwater-time';
/** Smaller differences are the network's as much as the clock's. */
const MIN_OFFSET_STEP_MS = 2_000;

/**
 * Sends one request and reads its answer. Rejects with HeadwaterError: no answer, a status that is none of
 * 200 and 207, or a body that is none of the protocol's. The device's offset to the server's clock is kept.
 */
export async function callServer<Answer>(
  context: ClientContext,
  request: TransportRequest,
  schema: Shape<Answer>,
): Promise<Answer> {
  const sentAtMs = context.clock.now();
  const answer = await send(context, request);
  await learnOffset(context, answer, sentAtMs);
  if (answer.status !== 200 && answer.status !== 207) throw toError(answer);
  const parsed = schema.safeParse(parseJson(answer.body));
  if (!parsed.success) {
    throw new HeadwaterError('PROTOCOL_ERROR', 'the answer is none of the protocol', {
      status: answer.status,
    });
  }
  return parsed.data;
}

async function send(context: ClientContext, request: TransportRequest): Promise<TransportAnswer> {
  try {
    const headers = { ...request.headers, [PROTOCOL_HEADER]: String(PROTOCOL_VERSION) };
    return await context.transport.send({ ...request, headers });
  } catch (error) {
    if (error instanceof HeadwaterError) throw error;
    const timedOut = error instanceof NetworkError && error.timedOut;
    throw new HeadwaterError(timedOut ? 'TIMEOUT' : 'NETWORK_ERROR', 'no answer', { cause: error });
  }
}

/**
 * CLI20: keeps how far the device's clock is from the server's, and takes back a clock of writes that ran far
 * ahead: the server would bound each later one. Until the server has said so, writes only ever get later.
 */
async function learnOffset(context: ClientContext, answer: TransportAnswer, sentAtMs: number): Promise<void> {
  const serverMs = Number(answer.headers[TIME_HEADER]);
  if (!Number.isSafeInteger(serverMs) || serverMs <= 0) return;
  const receivedAtMs = context.clock.now();
  const offsetMs = Math.round(serverMs - (sentAtMs + receivedAtMs) / 2);
  // Half the way is what the answer cannot tell.
  const toleranceMs = Math.max(MIN_OFFSET_STEP_MS, (receivedAtMs - sentAtMs) / 2);
  const { serverClock } = context;
  const isFar = Math.abs(offsetMs - serverClock.offsetMs) > toleranceMs;
  const isAhead = serverClock.lastWriteMs > serverMs + MAX_CLOCK_LEAD_MS;
  if (!isFar && !isAhead) return;
  const kept = isFar ? offsetMs : serverClock.offsetMs;
  await transact(context, async (transaction) => {
    const clock = await loadClock(transaction);
    const hlc = clock.hlc === undefined ? undefined : clampHlc(clock.hlc, serverMs);
    await saveClock(transaction, { ...clock, hlc, offsetMs: kept });
  });
  serverClock.offsetMs = kept;
  serverClock.lastWriteMs = Math.min(serverClock.lastWriteMs, serverMs);
}

const CODES: Readonly<Record<number, ClientErrorCode>> = {
  401: 'AUTH',
  403: 'AUTH',
  408: 'TIMEOUT',
  410: 'RESYNC_REQUIRED',
  429: 'RATE_LIMITED',
};

function toError(answer: TransportAnswer): HeadwaterError {
  const problem = Problem.safeParse(parseJson(answer.body));
  const serverCode = problem.success ? problem.data.code : undefined;
  const retryAfterSec = Number(answer.headers['retry-after'] ?? Number.NaN);
  const code = serverCode === 'sync.operation_running' ? 'OPERATION_RUNNING' : codeOf(answer.status);
  return new HeadwaterError(code, `the server answered ${answer.status}`, {
    status: answer.status,
    ...(serverCode === undefined ? {} : { serverCode }),
    // Never 0: that would be a loop without a pause.
    ...(Number.isFinite(retryAfterSec) ? { retryAfterMs: Math.max(1_000, retryAfterSec * 1_000) } : {}),
  });
}

function codeOf(status: number): ClientErrorCode {
  const known = CODES[status];
  if (known !== undefined) return known;
  if (status >= 500) return 'SERVER_ERROR';
  return status >= 400 ? 'REQUEST_REFUSED' : 'PROTOCOL_ERROR';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
