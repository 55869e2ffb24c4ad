import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Credentials, isSigned, readHeader, type SeenRequest } from './signature.ts';

/**
 * A cloud of the old kind, which speaks OAuth 1.0a (RFC 5849): request token, consent, access token, and one
 * protected resource. None of the seven does any more; it is here so that the variant is held to something that
 * was written apart from it.
 */
export interface OAuth1Cloud {
  readonly url: string;
  readonly app: { readonly clientId: string; readonly clientSecret: string };
  /** What was asked, and how it was answered. */
  readonly log: readonly { readonly path: string; readonly status: number }[];
  /** The person takes the access back: their tokens are worth nothing. */
  revoke(person: string): void;
  stop(): Promise<void>;
}

interface Token {
  readonly secret: string;
  readonly callback: string;
  person: string | undefined;
  verifier: string | undefined;
}

interface State {
  readonly app: OAuth1Cloud['app'];
  readonly now: () => number;
  readonly requestTokens: Map<string, Token>;
  readonly accessTokens: Map<string, { readonly secret: string; readonly person: string }>;
  /** Nonces of the last minutes: none is taken twice (RFC 5849 3.3). */
  readonly nonces: Set<string>;
}

interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
  readonly location?: string;
}

const PEOPLE = ['runner', 'cyclist'];
/** How far a timestamp may lie from the clock. */
const TOLERANCE_SEC = 300;
const random = (): string => randomBytes(12).toString('hex');

/** Listens on a free port of 127.0.0.1. `now` in milliseconds. */
export async function startOAuth1Cloud(now: () => number): Promise<OAuth1Cloud> {
  const state: State = {
    app: { clientId: `client-${random()}`, clientSecret: `secret & ${random()}` },
    now,
    requestTokens: new Map(),
    accessTokens: new Map(),
    nonces: new Set(),
  };
  const log: { path: string; status: number }[] = [];
  let url = '';
  const server = createServer(async (request, response) => {
    // What cannot be read at all, as a stray percent, is a bad request.
    const reply = await answer(state, url, request).catch((): Reply => ({ status: 400 }));
    log.push({ path: request.url?.split('?')[0] ?? '', status: reply.status });
    write(response, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    app: state.app,
    log,
    revoke: (person) => {
      for (const [token, of] of state.accessTokens)
        if (of.person === person) state.accessTokens.delete(token);
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function write(response: ServerResponse, { status, type, body, location }: Reply): void {
  response.writeHead(status, {
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(location === undefined ? {} : { location }),
  });
  response.end(body);
}

async function answer(state: State, base: string, request: IncomingMessage): Promise<Reply> {
  const target = request.url ?? '/';
  const path = target.split('?')[0];
  if (path === '/oauth/authorize') return authorize(state, new URL(target, base).searchParams);
  const seen: SeenRequest = {
    method: request.method ?? 'GET',
    base,
    target,
    contentType: request.headers['content-type'] ?? '',
    body: await text(request),
  };
  const credentials = readHeader(request.headers.authorization);
  if (credentials === undefined) return { status: 401 };
  if (path === '/oauth/request_token') return requestToken(state, seen, credentials);
  if (path === '/oauth/access_token') return accessToken(state, seen, credentials);
  return path === '/v1/steps' ? steps(state, seen, credentials) : { status: 404 };
}

const FORM = 'application/x-www-form-urlencoded';

/** RFC 5849 2.1. */
function requestToken(state: State, seen: SeenRequest, credentials: Credentials): Reply {
  const callback = credentials.get('oauth_callback');
  if (callback === undefined) return { status: 400 };
  if (!isFromClient(state, seen, credentials, '')) return { status: 401 };
  const token = `sim_request_${random()}`;
  const secret = `sim_${random()}`;
  state.requestTokens.set(token, { secret, callback, person: undefined, verifier: undefined });
  const form = { oauth_token: token, oauth_token_secret: secret, oauth_callback_confirmed: 'true' };
  return { status: 200, type: FORM, body: new URLSearchParams(form).toString() };
}

/** RFC 5849 2.2: `sim_user` says who consents, `sim_deny` that they do not. */
function authorize(state: State, query: URLSearchParams): Reply {
  const name = query.get('oauth_token') ?? '';
  const token = state.requestTokens.get(name);
  if (token === undefined) return { status: 400 };
  const back = new URL(token.callback);
  const person = query.get('sim_user') ?? '';
  if (query.get('sim_deny') === '1') back.searchParams.set('denied', name);
  else if (!PEOPLE.includes(person)) return { status: 400 };
  else {
    token.person = person;
    token.verifier = random();
    back.searchParams.set('oauth_token', name);
    back.searchParams.set('oauth_verifier', token.verifier);
  }
  return { status: 302, location: back.toString() };
}

/** RFC 5849 2.3: a request token is good once, with its own secret and verifier. */
function accessToken(state: State, seen: SeenRequest, credentials: Credentials): Reply {
  const name = credentials.get('oauth_token') ?? '';
  const token = state.requestTokens.get(name);
  if (token?.person === undefined || !isFromClient(state, seen, credentials, token.secret))
    return { status: 401 };
  if (credentials.get('oauth_verifier') !== token.verifier) return { status: 401 };
  state.requestTokens.delete(name);
  const access = `sim_access_${random()}`;
  const secret = `sim_${random()}`;
  state.accessTokens.set(access, { secret, person: token.person });
  const form = { oauth_token: access, oauth_token_secret: secret, user_id: token.person };
  return { status: 200, type: FORM, body: new URLSearchParams(form).toString() };
}

/** The protected resource: who it is, and steps for each day that is asked for. */
function steps(state: State, seen: SeenRequest, credentials: Credentials): Reply {
  const access = state.accessTokens.get(credentials.get('oauth_token') ?? '');
  if (access === undefined || !isFromClient(state, seen, credentials, access.secret)) return { status: 401 };
  const days = new URL(seen.target, seen.base).searchParams.getAll('day').slice(0, 31);
  const list = days.map((day, index) => ({ day, count: 1_000 * (index + 1) }));
  const body = JSON.stringify({ person: access.person, steps: list });
  return { status: 200, type: 'application/json', body };
}

/** Known client, fresh timestamp, a nonce that never came before, and the signature of both secrets. */
function isFromClient(
  state: State,
  seen: SeenRequest,
  credentials: Credentials,
  tokenSecret: string,
): boolean {
  const timestamp = credentials.get('oauth_timestamp') ?? '';
  const nonce = `${timestamp} ${credentials.get('oauth_nonce')}`;
  const isFresh = Math.abs(Number(timestamp) - state.now() / 1_000) <= TOLERANCE_SEC;
  const isOurs = credentials.get('oauth_consumer_key') === state.app.clientId;
  if (!isOurs || !isFresh || state.nonces.has(nonce)) return false;
  state.nonces.add(nonce);
  return isSigned(seen, credentials, state.app.clientSecret, tokenSecret);
}
