import { describe, expect, test } from 'vitest';
import type { EpochMs } from '../core/instants.ts';
import { fieldOf } from './json-body.ts';
import { parseTokenAnswer, scopesOf } from './oauth2-tokens.ts';

const NOW = 1_790_000_000_000 as EpochMs;
const answer = (status: number, body: unknown) => ({
  status,
  headers: {},
  body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
});

describe('token answers', () => {
  test('PRV1 a grant has its tokens, its end and its scope', () => {
    const grant = {
      access_token: 'a',
      refresh_token: 'r',
      expires_in: 3_599,
      scope: 'one two',
      token_type: 'Bearer',
    };
    expect(parseTokenAnswer(answer(200, grant), NOW)).toEqual({
      ok: true,
      value: { accessToken: 'a', refreshToken: 'r', expiresAtMs: NOW + 3_599_000, scope: 'one two' },
    });
  });

  test('PRV1 an absent or null refresh token is absent, so that the stored one stays', () => {
    for (const body of [
      { access_token: 'a' },
      { access_token: 'a', refresh_token: null, expires_in: '60' },
    ]) {
      const parsed = parseTokenAnswer(answer(200, body), NOW);
      expect(parsed.ok && 'refreshToken' in parsed.value).toBe(false);
      expect(parsed.ok).toBe(true);
    }
  });

  test('PRV1 a lifetime that is no lifetime leaves the token without an end', () => {
    for (const expiresIn of [0, -1, 1e12]) {
      const parsed = parseTokenAnswer(answer(200, { access_token: 'a', expires_in: expiresIn }), NOW);
      expect(parsed).toEqual({ ok: true, value: { accessToken: 'a' } });
    }
  });

  test('PRV1 the user id comes along where the provider sends one', () => {
    const options = { userIdOf: (body: unknown) => String(fieldOf(body, 'x_user_id')) };
    const parsed = parseTokenAnswer(answer(200, { access_token: 'a', x_user_id: 7 }), NOW, options);
    expect(parsed).toEqual({ ok: true, value: { accessToken: 'a', userId: '7' } });
  });

  test.each([
    [400, { error: 'invalid_grant', error_description: 'gone' }, 'invalid_grant'],
    [401, { error: 'invalid_grant' }, 'invalid_grant'],
    [400, { error: 'invalid_request' }, 'rejected'],
    [401, { error: 'invalid_client' }, 'rejected'],
    [400, 'not json', 'rejected'],
    [302, '', 'rejected'],
    [429, {}, 'unavailable'],
    [408, {}, 'unavailable'],
    [500, { error: 'invalid_grant' }, 'unavailable'],
    [503, '<html>', 'unavailable'],
    [400, { error: 'temporarily_unavailable' }, 'unavailable'],
    [200, '{"access_token":"a', 'unavailable'],
    [200, { token: 'a' }, 'unavailable'],
    [200, { access_token: '' }, 'unavailable'],
  ] as const)('PRV1 %i %j is refused as %s', (status, body, refusal) => {
    expect(parseTokenAnswer(answer(status, body), NOW)).toEqual({ ok: false, failure: refusal });
  });

  test('PRV1 a provider may have words of its own for a grant that is gone', () => {
    const options = { deadGrantErrors: ['invalid_request'] };
    const parsed = parseTokenAnswer(answer(400, { error: 'invalid_request' }), NOW, options);
    expect(parsed).toEqual({ ok: false, failure: 'invalid_grant' });
  });

  test('PRV1 scopes are separated by spaces or commas and named once', () => {
    expect(scopesOf('read,activity:read_all read')).toEqual(['read', 'activity:read_all']);
    expect(scopesOf('')).toEqual([]);
    expect(scopesOf(undefined)).toBeUndefined();
  });
});
