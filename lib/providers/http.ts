/** A call of a provider's API. The address is one of the definition's origins and a path, never a free URL. */
export interface ProviderRequest {
  /** A key of `ProviderDefinition.origins`. */
  readonly origin: string;
  /** Begins with `/`; parts that come from outside are encoded by the caller. */
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form is sent as application/x-www-form-urlencoded, JSON as application/json. */
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

export interface ProviderResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Calls on behalf of one connection: `Authorization: Bearer` with its access token (or an OAuth 1.0a
 * signature), refreshed ahead of its expiry and once after a 401; each call takes from the provider's quota.
 * Resolves with 2xx only; throws ProviderFault for everything else, also for 2xx that `classify` calls a fault.
 */
export interface UserHttp {
  send(request: ProviderRequest): Promise<ProviderResponse>;
  /** The same, and its JSON. Throws ProviderFault `malformed` when it is none. */
  json(request: ProviderRequest): Promise<{ readonly payload: unknown; readonly body: Uint8Array }>;
  /** GET of an address that the provider sent (Garmin's callbacks): only within the named origin. */
  jsonAt(origin: string, url: string): Promise<{ readonly payload: unknown; readonly body: Uint8Array }>;
}

/** Calls without a user: tokens, subscriptions, key sets. Any status resolves; throws `unavailable` when nothing came. */
export interface AppHttp {
  send(request: ProviderRequest): Promise<ProviderResponse>;
}
