import type { EpochMs } from '../core/instants.ts';
import type { Result } from '../core/result.ts';
import type { AppHttp, ProviderResponse, UserHttp } from './http.ts';
import type {
  MappedPage,
  ProviderAccount,
  ProviderFault,
  ProviderRecord,
  RecordKind,
  TimeWindow,
} from './model.ts';

/**
 * Everything that Headwater knows of one provider cloud: a folder under lib/providers exports one of these, and
 * one line in registry.ts registers it. Nothing else in the system names a provider (connections.md 1).
 */
export interface ProviderDefinition {
  /** As in sources, paths and configuration: `garmin`. */
  readonly name: string;
  readonly title: string;
  /** Base addresses by name, without a trailing slash; configuration may replace each. */
  readonly origins: Readonly<Record<string, string>>;
  readonly auth: AuthDefinition;
  readonly dataTypes: readonly DataType[];
  readonly push: PushDefinition;
  readonly limits: RateLimits;
  readonly windows: SyncWindows;
  /** Runs right after the token exchange, before the connection counts: user id, zone, registration, permissions. */
  identify(http: UserHttp, grant: TokenGrant): Promise<ProviderAccount>;
  /** Ends the grant at the provider. A grant that is gone already is a success. */
  revoke(
    calls: { readonly user: UserHttp; readonly app: AppHttp },
    app: ProviderApp,
    tokens: TokenGrant,
    nowMs: EpochMs,
  ): Promise<void>;
  /**
   * What an answer means where the status alone does not say: 200 with an error inside, 403 of a membership,
   * rate limits without Retry-After. Undefined: go by the status.
   */
  classify(response: ProviderResponse, nowMs: EpochMs): ProviderFault | undefined;
  /** What the answer's headers say about the application's quota. */
  readQuota(headers: Readonly<Record<string, string>>, nowMs: EpochMs): readonly QuotaReading[];
}

/** The application's registration at the provider: from Secrets Manager, per stage. */
export interface ProviderApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly origins?: Readonly<Record<string, string>>;
  /** Further secrets of the push: `webhookAuthorization`, `inboundKey`, `verifyToken`, `signatureSecretKey` ... */
  readonly settings?: Readonly<Record<string, string>>;
}

export type AuthDefinition = OAuth2Definition | OAuth1Definition;

/** RFC 6749, with what each provider does otherwise. */
export interface OAuth2Definition {
  readonly kind: 'oauth2';
  readonly authorize: {
    readonly origin: string;
    readonly path: string;
    readonly parameters?: Readonly<Record<string, string>>;
    readonly scopeSeparator: ' ' | ',';
  };
  readonly pkce: 'S256' | 'none';
  readonly token: {
    readonly origin: string;
    readonly path: string;
    readonly clientAuthentication: 'body' | 'basic';
    readonly exchangeParameters?: Readonly<Record<string, string>>;
    readonly refreshParameters?: Readonly<Record<string, string>>;
  };
  /** Asked for when the caller names none. */
  readonly scopes: readonly string[];
  /** The answer of the token endpoint. Use `parseTokenAnswer` of oauth2-tokens.ts unless the envelope differs. */
  parseTokens(response: ProviderResponse, nowMs: EpochMs): Result<TokenGrant, TokenRefusal>;
  /** What was granted, from the callback's query and the grant; undefined: as asked. */
  grantedScopes(callback: Readonly<Record<string, string>>, grant: TokenGrant): readonly string[] | undefined;
  /** `none`: there is no refresh token and the access token lives until revoked. */
  readonly refresh: 'none' | 'stable' | 'rotating' | 'single-use';
  /** How long before its expiry a token is refreshed. */
  readonly refreshAheadMs: number;
}

/** RFC 5849: request token, HMAC-SHA1 signatures. None of the seven uses it any more; kept for those that do. */
export interface OAuth1Definition {
  readonly kind: 'oauth1';
  readonly requestToken: { readonly origin: string; readonly path: string };
  readonly authorize: { readonly origin: string; readonly path: string };
  readonly accessToken: { readonly origin: string; readonly path: string };
  readonly realm?: string;
}

export interface TokenGrant {
  readonly accessToken: string;
  /** Absent in an answer: the stored one stays. */
  readonly refreshToken?: string;
  /** OAuth 1.0a. */
  readonly tokenSecret?: string;
  /** Undefined: until revoked. */
  readonly expiresAtMs?: EpochMs;
  readonly scope?: string;
  /** What came along and is needed by `identify`: Strava's athlete id, Polar's x_user_id, Withings' userid. */
  readonly userId?: string;
}

/** `invalid_grant` is the grant itself; `rejected` our credentials or request; `unavailable` may pass. */
export type TokenRefusal = 'invalid_grant' | 'rejected' | 'unavailable';

/** One kind of data of a provider, fetched and mapped on its own. */
export interface DataType {
  /** `sleep`, `dailies`, `heart-rate`: the provider's word. */
  readonly code: string;
  readonly title: string;
  /** Metric codes and records that come of it; a test holds the mapping to it. */
  readonly produces: { readonly metrics: readonly string[]; readonly records: readonly RecordKind[] };
  /** One of these must be granted; empty: always. Compared as `grantedScopes` writes them. */
  readonly scopes: readonly string[];
  /** Longest window of one request series; longer ones are cut by the sync, the oldest first. */
  readonly maxWindowDays: number;
  readonly source:
    | {
        readonly kind: 'pull';
        /**
         * Pages of the window, from where `cursor` says, in the provider's order. A page's `next` continues
         * behind it; undefined on the last. Never holds more than one page. Throws ProviderFault.
         */
        fetchPages(
          context: FetchContext,
          window: TimeWindow,
          cursor: string | undefined,
        ): AsyncGenerator<RawPage>;
        /** One record by the id a push named; undefined when it is gone (404). */
        fetchRecord?(context: FetchContext, id: string): Promise<RawPage | undefined>;
      }
    | {
        /** Nothing can be fetched: the provider is asked to send the window, which it does as pushes. */
        readonly kind: 'request';
        request(
          context: FetchContext,
          window: TimeWindow,
        ): Promise<'requested' | 'already_requested' | 'not_permitted'>;
        /** How long pushes of the request are waited for. */
        readonly deadlineMs: number;
      };
  /** Pure: what a page says, in canonical records. Never throws: what it cannot read is `unreadable`. */
  map(payload: unknown, context: MapContext): MappedPage;
  /** What a push's deletion of `id` comes to. Undefined: pushes of this type delete nothing. */
  deletionOf?(id: string): readonly ProviderRecord[];
}

export interface FetchContext {
  readonly http: UserHttp;
  readonly account: ProviderAccount;
  readonly nowMs: EpochMs;
}

export interface MapContext {
  /** The account's zone, else the user's, else undefined: then a bare local date is dated at offset 0. */
  readonly timeZone: string | undefined;
  readonly nowMs: EpochMs;
}

/** A page as it came, kept for replay, and parsed. */
export interface RawPage {
  readonly body: Uint8Array;
  readonly payload: unknown;
  /** Where to go on behind this page; at most 2,000 characters; undefined: this was the last. */
  readonly next: string | undefined;
}

/** Quota of the provider's application. `count` calls per `windowMs`; fixed windows begin at multiples of it. */
export interface RateLimits {
  readonly application: readonly {
    readonly count: number;
    readonly windowMs: number;
    readonly fixed: boolean;
  }[];
  readonly perUser?: { readonly count: number; readonly windowMs: number };
  /** Syncs at a time (connections.md 3). */
  readonly concurrentSyncCount: number;
}

export interface QuotaReading {
  readonly windowMs: number;
  readonly limit: number;
  readonly used: number;
  readonly resetAtMs: EpochMs;
}

export interface SyncWindows {
  /** The first sync reaches this far back. */
  readonly firstDays: number;
  /** Later ones reach this far behind the last success: revisions arrive late. */
  readonly overlapMs: number;
  /** How far back a backfill may go; undefined: without limit. */
  readonly backfillDays: number | undefined;
  /** Polled at this interval when pushes come (a safety net) and when none do. */
  readonly pollEveryMs: { readonly withPush: number; readonly withoutPush: number };
  /** No push for so long means silent; undefined: the provider pushes nothing on a schedule. */
  readonly silentAfterMs: number | undefined;
}

export interface PushRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** As received, before any parsing: signatures are over it. */
  readonly body: Uint8Array;
}

export interface PushAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `unavailable`: whether it is genuine could not be checked now; answered 503 so that it comes again. */
export type PushVerdict = 'genuine' | 'unsigned' | 'forged' | 'stale' | 'unavailable';

export interface PushDefinition {
  /** Answers a handshake (Strava, Oura, Withings, Polar, Google), or undefined when it is none. Pure. */
  handshake(request: PushRequest, app: ProviderApp): PushAnswer | undefined;
  /** Whether a notification is the provider's, in constant time. `keys` fetches and caches public key sets. */
  verify(
    request: PushRequest,
    app: ProviderApp,
    context: { readonly nowMs: EpochMs; readonly keys: PublicKeys },
  ): Promise<PushVerdict>;
  /** What the provider takes as received. */
  readonly okStatus: 200 | 204;
  /** Largest body that is taken. */
  readonly maxBodyBytes: number;
  /** What a notification says; entries that are not understood come as `unreadable`. Pure, never throws. */
  parse(body: Uint8Array, headers: Readonly<Record<string, string>>): readonly PushItem[];
  /**
   * Subscribes one person's notifications, where the provider has no subscription of the whole application.
   * A repeat asks only for what is missing. Throws ProviderFault.
   */
  subscribeUser?(http: UserHttp, callback: PushCallback, app: ProviderApp): Promise<void>;
  /**
   * Subscribes the application, renews what is about to expire and wakes what the provider put to rest; a
   * repeat finds it `active`. Absent where that is done in the provider's portal, or per person. What the
   * provider refuses is `failed`; throws ProviderFault when it cannot be reached.
   */
  subscribeApp?(
    http: AppHttp,
    app: ProviderApp,
    callback: PushCallback,
    nowMs: EpochMs,
  ): Promise<AppSubscription>;
}

/** Where notifications are to go: what the provider shows and compares, whole. */
export interface PushCallback {
  readonly url: string;
}

export interface AppSubscription {
  readonly status: 'active' | 'created' | 'renewed' | 'failed';
  /** When the first of its parts ends; undefined: it does not expire. */
  readonly expiresAtMs?: EpochMs;
  /** Made up by the provider, and needed among the application's settings from now on; may be shown this once. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of `failed`, for the operator: `setting_missing: verifyToken`, `subscribed_elsewhere`, `answered 400`. */
  readonly reason?: string;
}

export interface PublicKeys {
  /** The JSON at the address: from memory, or fetched again when `refetch` is set and the last fetch is a minute old. */
  load(origin: string, path: string, refetch: boolean): Promise<unknown>;
}

export type PushItem =
  | {
      readonly kind: 'changed';
      readonly providerUserId: string;
      readonly dataType: string;
      readonly at: PushTarget;
    }
  | {
      readonly kind: 'deleted';
      readonly providerUserId: string;
      readonly dataType: string;
      readonly id: string;
    }
  | { readonly kind: 'deauthorized'; readonly providerUserId: string }
  | {
      readonly kind: 'permissions';
      readonly providerUserId: string;
      readonly grantedScopes: readonly string[];
    }
  /** A type or operation that Headwater does not take, counted. */
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

export type PushTarget =
  /** `replaces`: what is stored in the window and no longer offered there is to go. */
  | { readonly kind: 'window'; readonly window: TimeWindow; readonly replaces: boolean }
  | { readonly kind: 'record'; readonly id: string }
  /** An address of the named origin, fetched with the user's token. */
  | { readonly kind: 'callback'; readonly origin: string; readonly url: string }
  /** The data itself, as a page for `map`. */
  | { readonly kind: 'payload'; readonly payload: unknown };
