import type { Answer, Call, Grant } from '../frame/call.ts';

/** Tokens as just issued. `refreshToken` is undefined when the client keeps the one it has, or gets none. */
export interface Issued {
  readonly grant: Grant;
  readonly accessToken: string;
  readonly accessExpiresMs: number;
  readonly refreshToken: string | undefined;
  /** True for the exchange of a code. */
  readonly first: boolean;
}

export type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'invalid_scope';

/**
 * `stable`: the refresh token stays and is not repeated. `single_use`: a new one, the old one dead at once.
 * `keep_old`: a new one; the old one lives for `keepOldSec` or until the new access token is used.
 * `may_change`: the same access token while more than an hour is left, else a new pair. `none`: no refresh at all.
 */
export type Rotation = 'stable' | 'single_use' | 'keep_old' | 'may_change' | 'none';

export interface OAuthRules {
  readonly authorize: { readonly origin: string; readonly path: string };
  /** The first is the documented one; others are older addresses that still answer. */
  readonly token: readonly { readonly origin: string; readonly path: string }[];
  readonly clientAuth: 'body' | 'basic' | 'either';
  readonly pkce: 'required' | 'optional' | 'none';
  readonly scopes: readonly string[];
  readonly scopeSeparator: ' ' | ',';
  /** False where no scope parameter is used (Garmin): everything is granted. */
  readonly scopeRequired: boolean;
  /** Whether the person can untick scopes. */
  readonly subsets: boolean;
  readonly minStateLength: number;
  readonly codeSec: number;
  readonly accessSec: number;
  readonly refreshSec?: number;
  readonly rotation: Rotation;
  readonly keepOldSec?: number;
  /** Whether a refresh kills the access tokens issued before (WHOOP). */
  readonly refreshKillsAccess: boolean;
  /** Whether a grant comes with a refresh token (`offline` among the scopes, `access_type=offline`). */
  readonly refreshIf: (authorize: URLSearchParams, scopes: readonly string[]) => boolean;
  /** Added to the redirect (Strava's `scope`, Oura's `iss`). */
  readonly callbackExtras: (scopes: readonly string[]) => Readonly<Record<string, string>>;
  /** Looks at a request to the token address first; an answer ends it there (Withings' other actions, Accept headers). */
  readonly beforeToken?: (call: Call) => Answer | undefined;
  /** Replaces the check of the client's credentials (Withings' signed mode). */
  readonly verifyClient?: (call: Call) => boolean;
  readonly tokenAnswer: (issued: Issued, nowMs: number) => Answer;
  readonly errorAnswer: (error: OAuthError, description: string) => Answer;
  /** For what varies on the consent page: more check boxes than the scopes (Garmin's historical data). */
  readonly consentOptions?: readonly {
    readonly value: string;
    readonly label: string;
    readonly checked: boolean;
  }[];
}

export const rfcError = (error: OAuthError, description: string): Answer => ({
  status: error === 'invalid_client' ? 401 : 400,
  headers: { 'cache-control': 'no-store' },
  json: { error, error_description: description },
});
