import * as z from 'zod';
import { type EpochMs, SECOND_MS } from '../core/instants.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { TokenGrant, TokenRefusal } from './definition.ts';
import type { ProviderResponse } from './http.ts';
import { fieldOf, jsonOf } from './json-body.ts';
import { Numeric, optional } from './payload-fields.ts';

/** Garmin's access tokens are JWTs of some kilobytes. */
const Token = z.string().min(1).max(16_384);
/** A lifetime of ten years is one that nobody meant; the token then counts as one without an end. */
const MAX_LIFETIME_SEC = 315_360_000;

const TokenAnswer = z.object({
  access_token: Token,
  refresh_token: optional(Token),
  expires_in: optional(Numeric),
  scope: optional(z.string().max(4_096)),
});

export interface TokenAnswerOptions {
  /** Error codes besides `invalid_grant` by which the provider says that the grant is gone. */
  readonly deadGrantErrors?: readonly string[];
  /** The user's id, when it comes along. */
  readonly userIdOf?: (answer: unknown) => string | undefined;
}

/**
 * The answer of a token endpoint (RFC 6749 5.1 and 5.2). 5xx, 408, 429 and a 2xx that is cut short are
 * `unavailable`: the same call may succeed later, with the same refresh token. `invalid_grant` is the grant;
 * any other refusal is about our credentials or request.
 */
export function parseTokenAnswer(
  response: ProviderResponse,
  nowMs: EpochMs,
  options: TokenAnswerOptions = {},
): Result<TokenGrant, TokenRefusal> {
  const answer = jsonOf(response.body);
  if (response.status < 200 || response.status >= 300)
    return fail(refusalOf(response.status, answer, options));
  const parsed = TokenAnswer.safeParse(answer);
  return parsed.success ? ok(toGrant(parsed.data, options.userIdOf?.(answer), nowMs)) : fail('unavailable');
}

function refusalOf(status: number, answer: unknown, options: TokenAnswerOptions): TokenRefusal {
  if (status >= 500 || status === 408 || status === 429) return 'unavailable';
  const error = fieldOf(answer, 'error');
  if (error === 'temporarily_unavailable' || error === 'server_error') return 'unavailable';
  const isGone = error === 'invalid_grant' || options.deadGrantErrors?.some((code) => code === error);
  return isGone === true ? 'invalid_grant' : 'rejected';
}

function toGrant(
  answer: z.output<typeof TokenAnswer>,
  userId: string | undefined,
  nowMs: EpochMs,
): TokenGrant {
  const { access_token, refresh_token, expires_in, scope } = answer;
  const ends = expires_in !== undefined && expires_in > 0 && expires_in <= MAX_LIFETIME_SEC;
  return {
    accessToken: access_token,
    ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
    ...(ends ? { expiresAtMs: (nowMs + expires_in * SECOND_MS) as EpochMs } : {}),
    ...(scope === undefined ? {} : { scope }),
    ...(userId === undefined ? {} : { userId }),
  };
}

/** The scopes of a list that separates them by spaces or commas, each once. */
export const scopesOf = (text: string | undefined): readonly string[] | undefined =>
  text === undefined ? undefined : [...new Set(text.split(/[ ,]/).filter((scope) => scope !== ''))];
