import { createHash } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { randomBase62 } from '../../core/ids.ts';
import { type EpochMs, SECOND_MS } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { fail, type Result } from '../../core/result.ts';
import type { OAuth2Definition, ProviderApp, TokenGrant, TokenRefusal } from '../../providers/definition.ts';
import type { ProviderResponse } from '../../providers/http.ts';
import { ProviderFault } from '../../providers/model.ts';
import type { ConfiguredProvider } from '../provider-directory.ts';
import type { AuthFlow } from './auth-flow.ts';
import { originOf } from './origins.ts';

/** RFC 7636 4.1 takes 43 to 128 characters; 64 of base 62 are 381 bits. */
const VERIFIER_CHARS = 64;
/** Codes have some hundred characters; what is longer is none. */
const MAX_CODE_CHARS = 4_096;

/** OAuth 2.0 (RFC 6749) with PKCE (RFC 7636), as each definition says that its provider does it. */
export const createOAuth2Flow = (
  auth: OAuth2Definition,
  { clock, randomness }: { readonly clock: Clock; readonly randomness: Randomness },
): AuthFlow => ({
  begin: async (provider, { callbackUrl, state, scopes }) => {
    const codeVerifier = auth.pkce === 'S256' ? randomBase62(VERIFIER_CHARS, randomness) : undefined;
    const url = new URL(
      originOf(provider.definition, provider.app, auth.authorize.origin) + auth.authorize.path,
    );
    const parameters = {
      response_type: 'code',
      client_id: provider.app.clientId,
      redirect_uri: callbackUrl,
      scope: scopes.join(auth.authorize.scopeSeparator),
      state,
      ...(codeVerifier === undefined
        ? {}
        : { code_challenge: challengeOf(codeVerifier), code_challenge_method: 'S256' }),
      ...auth.authorize.parameters,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return { url: url.toString(), secrets: codeVerifier === undefined ? {} : { codeVerifier } };
  },
  complete: async (provider, { callbackUrl, secrets, query }) => {
    const code = query['code'] ?? '';
    if (code === '' || code.length > MAX_CODE_CHARS) return fail('invalid_grant');
    const answer = await askForTokens(auth, provider, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callbackUrl,
      ...(secrets.codeVerifier === undefined ? {} : { code_verifier: secrets.codeVerifier }),
      ...auth.token.exchangeParameters,
    });
    return readAnswer(auth, answer, clock);
  },
  refresh: async (provider, refreshToken) => {
    const answer = await askForTokens(auth, provider, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      ...auth.token.refreshParameters,
    });
    // A limit is no lost answer: asking again at once would only feed it.
    if (answer.status === 429) throw rateLimited(answer, clock);
    return readAnswer(auth, answer, clock);
  },
  authorization: (_provider, { accessToken }) => `Bearer ${accessToken}`,
});

const rateLimited = ({ headers }: ProviderResponse, clock: Clock): ProviderFault => {
  const waitSec = /^\d{1,5}$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) : undefined;
  return new ProviderFault('rate_limited', {
    status: 429,
    reason: 'token_endpoint',
    ...(waitSec === undefined ? {} : { retryAtMs: (clock.now() + waitSec * SECOND_MS) as EpochMs }),
  });
};

const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

const readAnswer = (
  auth: OAuth2Definition,
  answer: ProviderResponse,
  clock: Clock,
): Result<TokenGrant, TokenRefusal> => auth.parseTokens(answer, clock.now());

function askForTokens(
  { token }: OAuth2Definition,
  { app, http }: ConfiguredProvider,
  parameters: Readonly<Record<string, string>>,
): Promise<ProviderResponse> {
  const isBasic = token.clientAuthentication === 'basic';
  return http.send({
    origin: token.origin,
    path: token.path,
    method: 'POST',
    headers: { accept: 'application/json', ...(isBasic ? { authorization: basicOf(app) } : {}) },
    form: isBasic ? parameters : { ...parameters, client_id: app.clientId, client_secret: app.clientSecret },
  });
}

/** RFC 6749 2.3.1: both parts are form-encoded before they are joined. */
function basicOf({ clientId, clientSecret }: ProviderApp): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}
