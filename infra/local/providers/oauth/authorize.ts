import type { Answer, Call } from '../frame/call.ts';
import { consentPage } from '../pages/consent.ts';
import type { Person } from '../people/people.ts';
import type { Grants } from './grants.ts';
import type { OAuthRules } from './rules.ts';

export interface OAuthApp {
  readonly cloud: string;
  readonly title: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly people: readonly Person[];
  readonly rules: OAuthRules;
  readonly grants: Grants;
  /** Told once a person has approved, with what they ticked. */
  approved(person: Person, granted: readonly string[]): void;
}

interface Asked {
  readonly redirectUri: string;
  readonly state: string;
  readonly scopes: readonly string[];
  readonly challenge: string | undefined;
}

/** The documented authorize address: the consent page, or at once the redirect when `sim_user` or `sim_deny` says so. */
export function authorize(app: OAuthApp, call: Call): Answer {
  const asked = validate(app, call.query);
  if ('status' in asked) return asked;
  const { query } = call;
  if (query.get('sim_deny') === '1') return redirect(asked, { error: 'access_denied' });
  const name = query.get('sim_user');
  if (name === null)
    return consentPage({
      title: app.title,
      people: app.people,
      rules: app.rules,
      asked: asked.scopes,
      query,
    });
  const person = app.people.find((candidate) => candidate.name === name);
  if (person === undefined) return refuse(`nobody here is called ${name}`);
  const granted = grantedScopes(app.rules, asked.scopes, query.getAll('sim_scopes'));
  const refreshable = app.rules.rotation !== 'none' && app.rules.refreshIf(query, granted);
  const { redirectUri, challenge } = asked;
  const code = app.grants.issueCode({ person, scopes: granted, redirectUri, challenge, refreshable });
  app.approved(person, grantedOptions(app.rules, query, granted));
  return redirect(asked, { code, ...app.rules.callbackExtras(granted) });
}

/** Client and redirect are checked before anything is sent back to the redirect: a wrong one gets a page. */
function validate({ rules, clientId }: OAuthApp, query: URLSearchParams): Asked | Answer {
  if (query.get('client_id') !== clientId) return refuse('invalid_client: no application has this client_id');
  const redirectUri = query.get('redirect_uri') ?? '';
  const target = URL.parse(redirectUri);
  if (target === null || !/^https?:$/.test(target.protocol) || target.hash !== '')
    return refuse('redirect_uri must be an absolute address without a fragment');
  const state = query.get('state') ?? '';
  const scopes = (query.get('scope') ?? '').split(rules.scopeSeparator).filter(Boolean);
  const challenge = query.get('code_challenge') ?? undefined;
  const asked = { redirectUri, state, scopes, challenge: rules.pkce === 'none' ? undefined : challenge };
  const wrong = firstFault(rules, query, asked);
  return wrong === undefined ? asked : redirect(asked, wrong);
}

function firstFault(
  rules: OAuthRules,
  query: URLSearchParams,
  asked: Asked,
): Record<string, string> | undefined {
  const invalid = (error: string, description: string) => ({ error, error_description: description });
  if (query.get('response_type') !== 'code')
    return invalid('unsupported_response_type', 'response_type must be code');
  if (asked.state.length < rules.minStateLength)
    return invalid('invalid_state', `state must have at least ${rules.minStateLength} characters`);
  if (rules.pkce === 'required' && asked.challenge === undefined)
    return invalid('invalid_request', 'code_challenge is required');
  if (asked.challenge !== undefined && query.get('code_challenge_method') !== 'S256')
    return invalid('invalid_request', 'code_challenge_method must be S256');
  if (rules.scopeRequired && asked.scopes.length === 0) return invalid('invalid_scope', 'scope is missing');
  const unknown = rules.scopeRequired && asked.scopes.find((scope) => !rules.scopes.includes(scope));
  return unknown ? invalid('invalid_scope', `unknown scope ${unknown}`) : undefined;
}

function grantedScopes(
  rules: OAuthRules,
  asked: readonly string[],
  ticked: readonly string[],
): readonly string[] {
  if (!rules.scopeRequired) return rules.scopes;
  const chosen = ticked.flatMap((value) => value.split(',')).filter(Boolean);
  return rules.subsets && chosen.length > 0 ? asked.filter((scope) => chosen.includes(scope)) : asked;
}

function grantedOptions(
  rules: OAuthRules,
  query: URLSearchParams,
  granted: readonly string[],
): readonly string[] {
  if (rules.consentOptions === undefined) return granted;
  const chosen = query
    .getAll('sim_scopes')
    .flatMap((value) => value.split(','))
    .filter(Boolean);
  return chosen.length > 0
    ? chosen
    : rules.consentOptions.filter(({ checked }) => checked).map(({ value }) => value);
}

function redirect({ redirectUri, state }: Asked, fields: Readonly<Record<string, string>>): Answer {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(fields)) target.searchParams.set(name, value);
  if (state !== '') target.searchParams.set('state', state);
  return { status: 302, headers: { location: target.href, 'cache-control': 'no-store' } };
}

const refuse = (why: string): Answer => ({
  status: 400,
  headers: { 'content-type': 'text/plain' },
  text: why,
});
