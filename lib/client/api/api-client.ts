import { NetworkError } from '../client-error.ts';
import type { FetchLike } from '../transport.ts';
import { ApiError } from './api-error.ts';
import { OPERATIONS, type Operations } from './operations.ts';

export type OperationName = keyof Operations;

/** One of the answers below 400 that the operation documents, told apart by `status`. */
export type ApiAnswer<Answers> = {
  readonly [Status in keyof Answers]: {
    readonly status: Status;
    /** Names in lower case. */
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Answers[Status];
  };
}[keyof Answers];

/** Without an input where an operation needs none. */
type Arguments<Input> = Record<never, never> extends Input ? [input?: Input] : [input: Input];

/**
 * A method for each operation of the API, by its operationId. Resolves with what the server answered below 400;
 * rejects with ApiError for every other status, and with NetworkError where there was no answer.
 */
export type ApiClient = {
  readonly [Name in OperationName]: (
    ...input: Arguments<Operations[Name]['input']>
  ) => Promise<ApiAnswer<Operations[Name]['answers']>>;
};

export interface ApiClientOptions {
  readonly baseUrl: string;
  readonly fetch: FetchLike;
  /** The header's value, as `Bearer hw_...`; asked before each request, so that a token may be renewed. */
  readonly authorization?: () => Promise<string>;
}

/** What an operation may be given, whichever it is. */
interface AnyInput {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** CLI55: the whole API, typed from its OpenAPI document. Sends and reads; repeats, caches and checks nothing. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const methods = Object.entries(OPERATIONS).map(([name, [method, path]]) => [
    name,
    (input: AnyInput = {}) => call(options, { method, path }, input),
  ]);
  return Object.fromEntries(methods) as ApiClient;
}

async function call(
  options: ApiClientOptions,
  route: { readonly method: string; readonly path: string },
  input: AnyInput,
): Promise<unknown> {
  const authorization = await options.authorization?.();
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...given(input.headers),
  };
  const body = input.body === undefined ? {} : { body: JSON.stringify(input.body) };
  const answer = await send(options, urlOf(options.baseUrl, route.path, input), {
    method: route.method,
    headers,
    ...body,
  });
  if (answer.status >= 400) throw ApiError.of(answer);
  return { status: answer.status, headers: answer.headers, body: read(answer) };
}

async function send(options: ApiClientOptions, url: string, init: Parameters<FetchLike>[1]) {
  try {
    const answer = await options.fetch(url, init);
    const headers: Record<string, string> = {};
    answer.headers.forEach((value, name) => {
      headers[name.toLowerCase()] = value;
    });
    return { status: answer.status, headers, body: await answer.text() };
  } catch (error) {
    throw new NetworkError('no answer', { cause: error });
  }
}

function urlOf(baseUrl: string, path: string, input: AnyInput): string {
  const filled = path.replace(/\{([^}]+)\}/g, (_match, name: string) =>
    pathSegment(name, input.path?.[name]),
  );
  const query = Object.entries(given(input.query)).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return `${baseUrl.replace(/\/$/, '')}${filled}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** An empty one, `.` and `..` would be another operation's path. */
function pathSegment(name: string, value: string | undefined): string {
  if (value === undefined || value === '' || value === '.' || value === '..') {
    throw new TypeError(`${name} cannot be in a path`);
  }
  return encodeURIComponent(value);
}

const given = <Value>(fields: Readonly<Record<string, Value | undefined>> = {}): Record<string, Value> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Record<
    string,
    Value
  >;

function read(answer: {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}): unknown {
  if (answer.body === '') return undefined;
  return /^application\/json\b/.test(answer.headers['content-type'] ?? '')
    ? (JSON.parse(answer.body) as unknown)
    : answer.body;
}
