import type { EpochMs } from '../../core/instants.ts';
import type { ProviderResponse } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { ProviderFault } from '../model.ts';
import { standardFault } from '../standard-faults.ts';

/** Google's reasons (google.rpc.ErrorInfo) that mean more than their status, as codes of ours. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ACCOUNT_NOT_LINKED', 'account_not_linked'],
  ['INVALID_PAGE_TOKEN', 'invalid_page_token'],
  ['UNSUPPORTED_DATA_TYPE_ACTION', 'unsupported_action'],
  ['RESOURCE_NOT_FOUND', 'resource_not_found'],
  ['MISSING_OAUTH_SCOPE', 'scope_missing'],
  ['DISALLOWED_OAUTH_SCOPES', 'scopes_disallowed'],
  ['DATA_ACCESS_DENIED', 'access_denied'],
  ['RESOURCE_PERMISSION_DENIED', 'access_denied'],
  ['API_PRIVATE_PREVIEW_ACCESS_DENIED', 'application_inactive'],
]);

/** A Google account without a health profile is refused with 400 on every call, which is no fault of the call. */
export function classifyGoogle(response: ProviderResponse, nowMs: EpochMs): ProviderFault | undefined {
  if (response.status < 400) return standardFault(response, nowMs);
  const reason = reasonOf(response);
  return reason === 'account_not_linked'
    ? new ProviderFault('forbidden', { status: response.status, reason })
    : standardFault(response, nowMs, reason);
}

function reasonOf(response: ProviderResponse): string | undefined {
  const details = fieldOf(fieldOf(jsonOf(response.body), 'error'), 'details');
  if (!Array.isArray(details)) return undefined;
  for (const detail of details.slice(0, 20)) {
    const reason = fieldOf(detail, 'reason');
    if (typeof reason !== 'string') continue;
    if (reason.startsWith('INVALID_DATA_POINT_FILTER_')) return 'invalid_filter';
    const known = REASONS.get(reason);
    if (known !== undefined) return known;
  }
  return undefined;
}

export const hasReason = (error: unknown, reason: string): boolean =>
  error instanceof ProviderFault && error.reason === reason;

/**
 * A type that Google does not have (yet, or any more), or not by this call: its contract still moves. A 404
 * that is not Google's own says nothing of the type.
 */
export const isNotOffered = (error: unknown): boolean =>
  hasReason(error, 'unsupported_action') || hasReason(error, 'resource_not_found');
