import { createHash } from 'node:crypto';
import type { RawHttp, RawRequest } from '../../lib/connections/tokens/raw-http.ts';
import type { ProviderResponse } from '../../lib/providers/http.ts';
import { ProviderFault } from '../../lib/providers/model.ts';

interface Grant {
  readonly person: string;
  readonly scope: string;
  readonly challenge: string | null;
  readonly redirectUri: string | null;
}

/** The other side of test/support/sample-provider.ts: consents, tokens, who it is, and the end of grants. */
export interface SampleCloud extends RawHttp {
  /** The person consents at the address: the query that the browser then brings to the callback. */
  consent(url: string, person: string, scope?: string): Record<string, string>;
  /** Everything secret that it ever gave out or was sent. */
  readonly secrets: Set<string>;
  /** Requests as `METHOD /path`, in their order. */
  readonly requests: string[];
  /** People whose grants were ended. */
  readonly revoked: string[];
  /** While set, requests whose path begins so get no answer, or one with this status. */
  outage: { readonly path: string; readonly status?: number } | undefined;
}

/** Of all origins of the sample provider; what is not documented is answered 404. */
export function createSampleCloud(credentials: {
  readonly clientId: string;
  readonly clientSecret: string;
}): SampleCloud {
  const codes = new Map<string, Grant>();
  const people = new Map<string, string>();
  const secrets = new Set([credentials.clientSecret]);
  const requests: string[] = [];
  const revoked: string[] = [];
  let drawn = 0;
  const draw = (kind: string): string => {
    drawn += 1;
    const secret = `${kind}-of-the-sample-cloud-${drawn}`;
    secrets.add(secret);
    return secret;
  };
  const giveTokens = (form: URLSearchParams): ProviderResponse => {
    const verifier = form.get('code_verifier') ?? '';
    if (verifier !== '') secrets.add(verifier);
    const isOurs =
      form.get('client_id') === credentials.clientId &&
      form.get('client_secret') === credentials.clientSecret;
    const grant = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (!isOurs) return answer(401, { error: 'invalid_client' });
    const isProven =
      grant?.challenge === createHash('sha256').update(verifier).digest('base64url') &&
      grant.redirectUri === form.get('redirect_uri');
    if (grant === undefined || !isProven) return answer(400, { error: 'invalid_grant' });
    const accessToken = draw('access');
    people.set(`Bearer ${accessToken}`, grant.person);
    const { scope } = grant;
    return answer(200, {
      access_token: accessToken,
      refresh_token: draw('refresh'),
      expires_in: 3_600,
      scope,
    });
  };
  const cloud: SampleCloud = {
    secrets,
    requests,
    revoked,
    outage: undefined,
    consent: (url, person, scope = 'steps') => {
      const asked = new URL(url).searchParams;
      const code = draw('code');
      const challenge = asked.get('code_challenge');
      codes.set(code, { person, scope, challenge, redirectUri: asked.get('redirect_uri') });
      return { code, state: asked.get('state') ?? '' };
    },
    exchange: async (request) => {
      const { pathname } = new URL(request.url);
      requests.push(`${request.method} ${pathname}`);
      if (cloud.outage !== undefined && pathname.startsWith(cloud.outage.path)) {
        if (cloud.outage.status === undefined) throw new ProviderFault('unavailable', { reason: 'timeout' });
        return answer(cloud.outage.status, {});
      }
      return respond(request, pathname);
    },
  };
  const respond = ({ method, headers, body }: RawRequest, pathname: string): ProviderResponse => {
    if (pathname === '/token') return giveTokens(new URLSearchParams(body ?? ''));
    const person = people.get(headers['authorization'] ?? '');
    if (person === undefined) return answer(401, {});
    if (pathname === '/me') return answer(200, { id: person });
    if (pathname !== '/me/grant' || method !== 'DELETE') return answer(404, {});
    revoked.push(person);
    return answer(204, undefined);
  };
  return cloud;
}

const answer = (status: number, body: object | undefined): ProviderResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
});
