import { AppError } from '../../problems/app-error.ts';
import { ProviderFault } from '../../providers/model.ts';

/** What a failed call of a provider means to who waits for it; anything else stays as it is. */
export function toProviderProblem(error: unknown): unknown {
  if (!(error instanceof ProviderFault)) return error;
  switch (error.kind) {
    case 'unavailable':
    case 'malformed':
    case 'rate_limited':
    case 'quota':
    case 'circuit_open':
      return new AppError('provider.unavailable', 'The provider is not answering; try again.', {
        cause: error,
        retryAfterSec: RETRY_AFTER_SEC,
      });
    default:
      return new AppError('provider.refused', REFUSALS.get(error.reason ?? '') ?? REFUSED, { cause: error });
  }
}

const RETRY_AFTER_SEC = 30;
const REFUSED = 'The provider refused the request; it may be the registration of the application.';
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['account_not_linked', 'The login has no account of this service at the provider.'],
  ['membership_expired', 'The provider asks for a membership that has ended.'],
  ['application_inactive', 'The provider has switched the application off.'],
]);
