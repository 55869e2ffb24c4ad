import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { ProviderResponse } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { ProviderFault, type ProviderFaultKind } from '../model.ts';

/** Withings answers HTTP 200 to almost everything; what happened is the `status` of the JSON (providers.md 7). */
export const TOO_MANY_REQUESTS = 601;
const AUTHENTICATION = new Set([100, 101, 102, 200, 401]);
/** The person has not allowed it, or the application may not. */
const NOT_ALLOWED = new Set([214, 277]);
const UNKNOWN_ACTION = new Set([2554, 2555]);
/** An error on their side, a timeout, a bad state: it may pass. */
const PASSING = new Set([215, 522, 524]);

/** The status of an answer; undefined when it is none of Withings'. */
export function statusOf(body: Uint8Array): number | undefined {
  const status = fieldOf(jsonOf(body), 'status');
  return typeof status === 'number' ? status : undefined;
}

/** By the families of the table: 2xx, 3xx and 5xx are wrong parameters; what has no family may pass. */
export function faultKindOf(status: number): ProviderFaultKind | undefined {
  if (status === 0) return undefined;
  if (AUTHENTICATION.has(status)) return 'unauthorized';
  if (NOT_ALLOWED.has(status)) return 'forbidden';
  if (status === TOO_MANY_REQUESTS) return 'rate_limited';
  if (UNKNOWN_ACTION.has(status)) return 'rejected';
  if (PASSING.has(status)) return 'unavailable';
  const isParameters = (status > 200 && status < 400) || (status >= 500 && status < 600);
  return isParameters ? 'rejected' : 'unavailable';
}

/** 601 says not how long to wait: the quota is per minute. */
export function classify(response: ProviderResponse, nowMs: EpochMs): ProviderFault | undefined {
  if (response.status !== 200) return undefined;
  const status = statusOf(response.body);
  const kind = status === undefined ? undefined : faultKindOf(status);
  if (status === undefined || kind === undefined) return undefined;
  return new ProviderFault(kind, {
    status,
    ...(kind === 'forbidden' ? { reason: 'scope_missing' } : {}),
    ...(kind === 'rate_limited' ? { retryAtMs: (nowMs + MINUTE_MS) as EpochMs } : {}),
  });
}
