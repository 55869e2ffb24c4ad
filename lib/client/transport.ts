import { USER_HEADER } from '../../contracts/sync/protocol.ts';
import { NetworkError } from './client-error.ts';

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with `/v1/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface TransportAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How requests reach the server. Rejects with NetworkError when there was no answer; any status is an answer. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportAnswer>;
}

/** What of `fetch` is used: browsers, Node and React Native have it. */
export type FetchLike = (
  url: string,
  init: { readonly method: string; readonly headers: Record<string, string>; readonly body?: string },
) => Promise<{
  readonly status: number;
  readonly headers: { forEach(visit: (value: string, name: string) => void): void };
  text(): Promise<string>;
}>;

/**
 * Requests by `fetch`. `authorization` is asked before each one, so that a token may be renewed; `userId` is
 * sent with API keys only (a user token names its user).
 */
export function createFetchTransport(options: {
  readonly baseUrl: string;
  readonly fetch: FetchLike;
  readonly authorization: () => Promise<string>;
  readonly userId?: string;
}): Transport {
  const base = options.baseUrl.replace(/\/$/, '');
  return {
    async send(request) {
      const authorization = await options.authorization();
      const headers = {
        ...request.headers,
        authorization,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.userId === undefined ? {} : { [USER_HEADER]: options.userId }),
      };
      const url = `${base}${request.path}${queryText(request.query)}`;
      try {
        const answer = await options.fetch(url, {
          method: request.method,
          headers,
          ...(request.body === undefined ? {} : { body: request.body }),
        });
        const named: Record<string, string> = {};
        answer.headers.forEach((value, name) => {
          named[name.toLowerCase()] = value;
        });
        return { status: answer.status, headers: named, body: await answer.text() };
      } catch (error) {
        const timedOut = error instanceof Error && error.name === 'TimeoutError';
        throw new NetworkError('no answer', { cause: error, timedOut });
      }
    },
  };
}

function queryText(query: Readonly<Record<string, string>> | undefined): string {
  const parts = Object.entries(query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
