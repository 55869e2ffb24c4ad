import type { ProviderResponse } from '../../providers/http.ts';

/** A request as it goes out: the address is whole and was made from configuration, never from a caller. */
export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * One exchange with a provider's cloud. Any status resolves; redirects are answers and are not followed.
 * Throws ProviderFault `unavailable` when no whole answer came in time, or it was larger than is taken.
 */
export interface RawHttp {
  exchange(request: RawRequest): Promise<ProviderResponse>;
}
