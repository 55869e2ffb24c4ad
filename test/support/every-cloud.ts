import { createHash } from 'node:crypto';
import { CLOUDS } from '../../infra/local/providers/clouds.ts';
import { openMemory } from '../../infra/local/providers/frame/memory.ts';
import { createRuntime } from '../../infra/local/providers/frame/runtime.ts';
import {
  type App,
  clientFields,
  REDIRECT,
  SIMULATED_NOW,
  type SimulatedClouds,
  send,
} from './simulated-clouds.ts';

export const CLOUD_NAMES = ['fitbit', 'garmin', 'strava', 'whoop', 'oura', 'withings', 'polar'];
const VERIFIER = 'v'.repeat(50);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

/** What each cloud is, without a server around it. */
export const described = new Map(
  CLOUDS.map((maker) => {
    const options = {
      maker,
      seed: 'described',
      memory: openMemory({ file: undefined, seed: 'described', say() {} }),
      ended: new AbortController().signal,
      now: () => SIMULATED_NOW,
      startMs: SIMULATED_NOW,
      dataSeed: 'x',
      baseUrl: () => '',
    };
    return [maker.name, createRuntime(options).cloud] as const;
  }),
);

/** Where the person agrees, asked for everything that the cloud has. */
export function authorizeUrl(clouds: SimulatedClouds, name: string, query: Record<string, string>): string {
  const rules = described.get(name)?.oauth;
  if (rules === undefined) throw new Error(`no cloud ${name}`);
  const { origins, clientId } = clouds.app(name);
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT,
    state: 'state-of-enough-characters',
    scope: rules.scopes.join(rules.scopeSeparator),
    ...(rules.pkce === 'none' ? {} : { code_challenge: CHALLENGE, code_challenge_method: 'S256' }),
    access_type: 'offline',
    ...query,
  });
  return `${origins[rules.authorize.origin]}${rules.authorize.path}?${parameters}`;
}

/** One request to the token address of a cloud, with the credentials where that cloud wants them. */
export function askForTokens(name: string, app: App, form: Record<string, string>) {
  const token = described.get(name)?.oauth.token[0];
  const basic = `Basic ${Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64')}`;
  return send(`${app.origins[token?.origin ?? '']}${token?.path}`, {
    form: { action: 'requesttoken', ...form, ...(name === 'polar' ? {} : clientFields(app)) },
    headers: name === 'polar' ? { authorization: basic, accept: 'application/json;charset=UTF-8' } : {},
  });
}

export const exchangeCode = (name: string, app: App, code: string) =>
  askForTokens(name, app, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
  });

export interface Tokens {
  readonly access: string;
  /** Empty where there is none. */
  readonly refresh: string;
}

/** The tokens of somebody who agreed to everything. */
export async function connectAt(clouds: SimulatedClouds, name: string, person = 'runner'): Promise<Tokens> {
  const { headers } = await send(authorizeUrl(clouds, name, { sim_user: person }));
  const code = new URL(headers.get('location') ?? 'http://nowhere').searchParams.get('code');
  const { json } = await exchangeCode(name, clouds.app(name), code ?? '');
  const { access_token: access, refresh_token: refresh = '' } = json.body ?? json;
  return { access, refresh };
}

/** Something that a connected person's token reads at each cloud. */
const READS: Readonly<Record<string, readonly [origin: string, path: string]>> = {
  fitbit: ['api', '/v4/users/me/identity'],
  garmin: ['api', '/wellness-api/rest/user/id'],
  strava: ['web', '/api/v3/athlete'],
  whoop: ['api', '/developer/v2/cycle'],
  oura: ['api', '/v2/usercollection/sleep'],
  withings: ['api', '/measure'],
  polar: ['api', '/v3/users/sleep'],
};

export function readAt(clouds: SimulatedClouds, name: string, token: string) {
  const [origin = '', path = ''] = READS[name] ?? [];
  const form = name === 'withings' ? { form: { action: 'getmeas' } } : {};
  return send(`${clouds.app(name).origins[origin]}${path}`, { token, ...form });
}
