import type { Result } from '../core/result.ts';
import type { Principal } from './model.ts';

/** Why credentials are refused. `unavailable`: a part that is needed to tell does not answer. */
export type AuthFailure =
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unavailable' };

export interface Authenticator {
  /**
   * Who presents `credential`, the text after `Bearer `: an API key or the JWT of an end user (ACC1).
   * Reasons name the check that failed, never a part of the credential.
   */
  authenticate(credential: string): Promise<Result<Principal, AuthFailure>>;
}
