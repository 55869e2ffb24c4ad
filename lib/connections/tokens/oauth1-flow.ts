import type { Clock } from '../../core/clock.ts';
import { randomBase62 } from '../../core/ids.ts';
import { toEpochSec } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { AppError } from '../../problems/app-error.ts';
import type { OAuth1Definition, TokenGrant, TokenRefusal } from '../../providers/definition.ts';
import type { ProviderRequest, ProviderResponse } from '../../providers/http.ts';
import { ProviderFault } from '../../providers/model.ts';
import type { ConfiguredProvider } from '../provider-directory.ts';
import type { AuthFlow } from './auth-flow.ts';
import { authorizationHeader, type Parameter, type SignedRequest, signHmacSha1 } from './oauth1-signature.ts';
import { originOf } from './origins.ts';

interface Flow {
  readonly auth: OAuth1Definition;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

interface Signer {
  readonly token: string | undefined;
  readonly tokenSecret: string | undefined;
  /** Besides those of every request: `oauth_callback`, `oauth_verifier`. */
  readonly more: readonly Parameter[];
}

/** 131 bits: no nonce comes twice within a second. */
const NONCE_CHARS = 22;
/** Tokens and verifiers have some dozen characters; what is longer is none. */
const MAX_TOKEN_CHARS = 4_096;

/**
 * OAuth 1.0a (RFC 5849) with HMAC-SHA1 in the Authorization header. It has no `state`: ours travels in the
 * address of the callback, which the provider keeps with the request token. Its secret is what binds the person
 * who comes back to the one who left: without it no verifier is worth anything. Tokens do not end by themselves.
 */
export function createOAuth1Flow(
  auth: OAuth1Definition,
  parts: { readonly clock: Clock; readonly randomness: Randomness },
): AuthFlow {
  const flow: Flow = { auth, ...parts };
  return {
    begin: async (provider, { callbackUrl, state }) => {
      const callback = new URL(callbackUrl);
      callback.searchParams.set('state', state);
      const { token, secret } = await askForRequestToken(flow, provider, callback.toString());
      const url = new URL(
        originOf(provider.definition, provider.app, auth.authorize.origin) + auth.authorize.path,
      );
      url.searchParams.set('oauth_token', token);
      return { url: url.toString(), secrets: { requestTokenSecret: secret } };
    },
    complete: async (provider, { secrets, query }) => {
      checkDenial(query);
      const { oauth_token: token, oauth_verifier: verifier } = query;
      const tokenSecret = secrets.requestTokenSecret;
      if (!isToken(token) || !isToken(verifier) || tokenSecret === undefined) return fail('invalid_grant');
      return askForAccessToken(flow, provider, {
        token,
        tokenSecret,
        more: [['oauth_verifier', verifier]],
      });
    },
    refresh: async () => fail('invalid_grant'),
    authorization: (provider, { accessToken, tokenSecret }, request) =>
      authorize(flow, provider, request, { token: accessToken, tokenSecret, more: [] }),
  };
}

const isToken = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && text.length <= MAX_TOKEN_CHARS;

/** The protocol names no answer for a refusal; these are the ones that providers give. */
function checkDenial(query: Readonly<Record<string, string>>): void {
  const problem = query['oauth_problem'];
  if (query['denied'] !== undefined || problem === 'permission_denied' || problem === 'user_refused')
    throw new AppError('oauth.denied', 'The person declined at the provider.');
}

/** RFC 5849 2.1. */
async function askForRequestToken(
  flow: Flow,
  provider: ConfiguredProvider,
  callback: string,
): Promise<{ readonly token: string; readonly secret: string }> {
  const more: readonly Parameter[] = [['oauth_callback', callback]];
  const response = await post(flow, provider, flow.auth.requestToken, {
    token: undefined,
    tokenSecret: undefined,
    more,
  });
  const answer = readForm(response);
  if (answer === undefined) throw new ProviderFault(isPassing(response) ? 'unavailable' : 'rejected');
  return answer;
}

/** RFC 5849 2.3. A refusal is the person's token or verifier: our credentials were good for the first step. */
async function askForAccessToken(
  flow: Flow,
  provider: ConfiguredProvider,
  signer: Signer,
): Promise<Result<TokenGrant, TokenRefusal>> {
  const response = await post(flow, provider, flow.auth.accessToken, signer);
  const answer = readForm(response);
  if (answer === undefined) return fail(isPassing(response) ? 'unavailable' : 'invalid_grant');
  const { token, secret, userId } = answer;
  return ok({ accessToken: token, tokenSecret: secret, ...(userId === undefined ? {} : { userId }) });
}

function post(
  flow: Flow,
  provider: ConfiguredProvider,
  endpoint: { readonly origin: string; readonly path: string },
  signer: Signer,
): Promise<ProviderResponse> {
  const request: ProviderRequest = { ...endpoint, method: 'POST', form: {} };
  const authorization = authorize(flow, provider, request, signer);
  return provider.http.send({ ...request, headers: { authorization } });
}

/** An outage, or a success that was cut short. */
const isPassing = ({ status }: ProviderResponse): boolean =>
  status < 400 || status >= 500 || status === 408 || status === 429;

/** Token and secret of a 2xx; undefined for anything else. Some providers name the person along with them. */
function readForm(response: ProviderResponse) {
  if (response.status < 200 || response.status >= 300) return undefined;
  const form = new URLSearchParams(new TextDecoder().decode(response.body));
  const [token, secret] = [form.get('oauth_token'), form.get('oauth_token_secret')];
  if (!isToken(token ?? undefined) || token === null || secret === null || secret.length > MAX_TOKEN_CHARS)
    return undefined;
  return { token, secret, userId: form.get('user_id') ?? undefined };
}

function authorize(
  { auth, clock, randomness }: Flow,
  provider: ConfiguredProvider,
  request: ProviderRequest,
  { token, tokenSecret, more }: Signer,
): string {
  const oauth: readonly Parameter[] = [
    ['oauth_consumer_key', provider.app.clientId],
    ...(token === undefined ? [] : [['oauth_token', token] as const]),
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(toEpochSec(clock.now()))],
    ['oauth_nonce', randomBase62(NONCE_CHARS, randomness)],
    ['oauth_version', '1.0'],
    ...more,
  ];
  const key = { clientSecret: provider.app.clientSecret, tokenSecret };
  const signature = signHmacSha1(toSigned(provider, request), oauth, key);
  return authorizationHeader(auth.realm, [...oauth, ['oauth_signature', signature]]);
}

/** The request as AppHttp sends it. */
function toSigned({ definition, app }: ConfiguredProvider, request: ProviderRequest): SignedRequest {
  const url = new URL(originOf(definition, app, request.origin) + request.path);
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const hasBody = request.form !== undefined || request.json !== undefined;
  return {
    method: request.method ?? (hasBody ? 'POST' : 'GET'),
    url: url.toString(),
    form: Object.entries(request.form ?? {}),
  };
}
