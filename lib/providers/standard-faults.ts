import { DAY_MS, type EpochMs, MINUTE_MS, SECOND_MS } from '../core/instants.ts';
import type { ProviderResponse } from './http.ts';
import { ProviderFault, type ProviderFaultKind } from './model.ts';
import { httpDateMs } from './times.ts';

/** Waited for after a 429 that does not say how long: most quotas have a window of a minute. */
export const DEFAULT_RETRY_AFTER_MS = MINUTE_MS;
/** No provider's quota window is longer than a day; a Retry-After beyond it is a fault of its sender. */
const MAX_RETRY_AFTER_MS = DAY_MS;

/** What a status means where the provider does not say otherwise; undefined for 2xx. */
export function standardFault(
  response: Pick<ProviderResponse, 'status' | 'headers'>,
  nowMs: EpochMs,
  reason?: string,
): ProviderFault | undefined {
  const { status } = response;
  if (status >= 200 && status < 300) return undefined;
  const kind = kindOf(status);
  return new ProviderFault(kind, {
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(kind === 'rate_limited' ? { retryAtMs: retryAtMs(response.headers, nowMs) } : {}),
  });
}

function kindOf(status: number): ProviderFaultKind {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'not_found';
  if (status === 429) return 'rate_limited';
  return status === 408 || status >= 500 ? 'unavailable' : 'rejected';
}

/** The instant of Retry-After (seconds or an HTTP date), else in `defaultMs`; never past, at most a day away. */
export function retryAtMs(
  headers: Readonly<Record<string, string>>,
  nowMs: EpochMs,
  defaultMs: number = DEFAULT_RETRY_AFTER_MS,
): EpochMs {
  const text = headers['retry-after']?.trim() ?? '';
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * SECOND_MS : dateWaitMs(text, nowMs);
  const boundedMs = Math.min(Math.max(waitMs ?? defaultMs, SECOND_MS), MAX_RETRY_AFTER_MS);
  return (nowMs + boundedMs) as EpochMs;
}

function dateWaitMs(text: string, nowMs: EpochMs): number | undefined {
  const atMs = httpDateMs(text);
  return atMs === undefined ? undefined : atMs - nowMs;
}
