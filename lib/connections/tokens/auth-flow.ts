import type { Result } from '../../core/result.ts';
import type { TokenGrant, TokenRefusal } from '../../providers/definition.ts';
import type { ProviderRequest } from '../../providers/http.ts';
import type { PendingConsent } from '../consent/consent-store.ts';
import type { StoredTokens } from '../model.ts';
import type { ConfiguredProvider } from '../provider-directory.ts';

export interface ConsentRequest {
  /** Ours, as it is registered at the provider. */
  readonly callbackUrl: string;
  readonly state: string;
  readonly scopes: readonly string[];
}

export interface ConsentReturn {
  readonly callbackUrl: string;
  readonly state: string;
  readonly secrets: PendingConsent['secrets'];
  readonly query: Readonly<Record<string, string>>;
}

/** What differs between OAuth 2 and OAuth 1.0a. None of it stores anything. */
export interface AuthFlow {
  /** Where the person consents, and what has to be kept until they come back. Throws ProviderFault. */
  begin(
    provider: ConfiguredProvider,
    request: ConsentRequest,
  ): Promise<{ readonly url: string; readonly secrets: PendingConsent['secrets'] }>;
  /** Tokens for what the person brought back. Throws ProviderFault `unavailable` when no answer came. */
  complete(provider: ConfiguredProvider, back: ConsentReturn): Promise<Result<TokenGrant, TokenRefusal>>;
  /**
   * A newer grant for a refresh token. Throws ProviderFault `unavailable` when no answer came, which leaves
   * open whether the provider has used up the token, and `rate_limited` when it has not looked at it.
   */
  refresh(provider: ConfiguredProvider, refreshToken: string): Promise<Result<TokenGrant, TokenRefusal>>;
  /** The value of the Authorization header of a call. */
  authorization(
    provider: ConfiguredProvider,
    tokens: Pick<StoredTokens, 'accessToken' | 'tokenSecret'>,
    request: ProviderRequest,
  ): string;
}
