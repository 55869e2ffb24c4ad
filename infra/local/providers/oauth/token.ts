import { createHash, timingSafeEqual } from 'node:crypto';
import type { Answer, Call } from '../frame/call.ts';
import type { OAuthApp } from './authorize.ts';
import type { TokenOutcome } from './grants.ts';
import type { OAuthRules } from './rules.ts';

export type TokenEvent = 'exchanged' | 'refreshed' | 'refresh_failed' | 'refused';

/** The token address: client authentication as the rules say it, then the grant. */
export function answerTokenRequest(
  app: OAuthApp,
  call: Call,
  nowMs: number,
): { answer: Answer; event: TokenEvent } {
  const { rules } = app;
  const early = rules.beforeToken?.(call);
  if (early !== undefined) return { answer: early, event: 'refused' };
  const refuse = (answer: Answer) => ({ answer, event: 'refused' as const });
  const verify = rules.verifyClient ?? ((asked: Call) => clientProven(app, asked));
  if (!verify(call)) return refuse(rules.errorAnswer('invalid_client', 'client authentication failed'));
  const form = call.form();
  const kind = form.get('grant_type');
  if (kind === 'authorization_code') return outcome(rules, redeem(app, form), nowMs);
  if (kind !== 'refresh_token' || rules.rotation === 'none')
    return refuse(rules.errorAnswer('unsupported_grant_type', `grant_type ${kind ?? ''} is not supported`));
  return outcome(rules, app.grants.refresh(form.get('refresh_token') ?? ''), nowMs, true);
}

function redeem({ grants }: OAuthApp, form: URLSearchParams): TokenOutcome {
  return grants.redeem({
    code: form.get('code') ?? '',
    redirectUri: form.get('redirect_uri') ?? undefined,
    provesChallenge: (challenge) =>
      createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url') === challenge,
  });
}

function outcome(rules: OAuthRules, result: TokenOutcome, nowMs: number, refresh = false) {
  if ('error' in result) {
    const event: TokenEvent = refresh ? 'refresh_failed' : 'refused';
    return { answer: rules.errorAnswer(result.error, result.description), event };
  }
  const event: TokenEvent = refresh ? 'refreshed' : 'exchanged';
  const answer = rules.tokenAnswer(result, nowMs);
  return { answer: { ...answer, headers: { 'cache-control': 'no-store', ...answer.headers } }, event };
}

/** Credentials in the body, in a Basic header, or either, as the cloud documents it. */
export function clientProven(app: OAuthApp, call: Call): boolean {
  const basic = basicCredentials(call.headers['authorization']);
  const form = call.form();
  const body = { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
  const fits = ({ id, secret }: { id: string; secret: string }): boolean =>
    id === app.clientId && sameText(secret, app.clientSecret);
  if (app.rules.clientAuth === 'basic') return basic !== undefined && fits(basic);
  if (app.rules.clientAuth === 'body') return fits(body);
  return fits(basic ?? body);
}

export function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  if (header?.startsWith('Basic ') !== true) return undefined;
  const text = Buffer.from(header.slice(6), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

export function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
