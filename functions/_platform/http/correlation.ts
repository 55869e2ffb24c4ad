import { newSortableId } from '../../../lib/core/ids.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import type { Randomness } from '../../../lib/core/randomness.ts';

/** W3C Trace Context, version 00: the trace id is what travels with the data. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Safe in a log line, a header and an attribute of a message. */
const CORRELATION_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * The id that travels with everything this request causes: a valid `X-Correlation-Id`, else the trace id of
 * a valid `traceparent`, else a new one. What is malformed or longer than 128 characters is left aside.
 */
export function correlationIdOf(
  headers: Readonly<Record<string, string>>,
  nowMs: EpochMs,
  randomness: Randomness,
): string {
  const given = headers['x-correlation-id'];
  if (given !== undefined && CORRELATION_ID.test(given)) return given;
  const traceId = TRACEPARENT.exec(headers['traceparent'] ?? '')?.[1];
  return traceId ?? newSortableId(nowMs, randomness);
}
