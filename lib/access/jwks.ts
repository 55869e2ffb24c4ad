/**
 * Fetches the JSON of a key set. The adapter bounds it: 3 s, 256 KB, no redirects; `trust: 'tenant'` is for
 * what a workspace registered (https, public addresses only), `trust: 'operator'` for the stage's own
 * Cognito pool, whose address is configuration. Rejects on any failure.
 */
export interface JwksFetcher {
  fetchJson(url: string, trust: JwksTrust): Promise<unknown>;
}

export type JwksTrust = 'tenant' | 'operator';
