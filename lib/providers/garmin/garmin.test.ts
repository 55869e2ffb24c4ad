import { describe, expect, test } from 'vitest';
import type { EpochMs } from '../../core/instants.ts';
import type { DataType, PushRequest } from '../definition.ts';
import type { ProviderRequest, ProviderResponse, UserHttp } from '../http.ts';
import type { TimeWindow } from '../model.ts';
import { ProviderFault } from '../model.ts';
import { garmin } from './garmin.ts';

const NOW = Date.parse('2026-11-21T08:00:00Z') as EpochMs;
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const answer = (status: number, body: unknown = {}): ProviderResponse => ({
  status,
  headers: {},
  body: bytes(body),
});

/** Garmin's API as a table of `METHOD path` to an answer, with the definition's own reading of faults. */
function api(answers: Readonly<Record<string, ProviderResponse>>) {
  const calls: ProviderRequest[] = [];
  const send = async (request: ProviderRequest): Promise<ProviderResponse> => {
    calls.push(request);
    const response = answers[`${request.method ?? 'GET'} ${request.path}`] ?? answer(404);
    const fault = garmin.classify(response, NOW);
    if (fault !== undefined) throw fault;
    return response;
  };
  const json = async (request: ProviderRequest) => {
    const { body } = await send(request);
    return { payload: JSON.parse(new TextDecoder().decode(body)) as unknown, body };
  };
  const http: UserHttp = { send, json, jsonAt: () => Promise.reject(new Error('not called')) };
  return { http, calls };
}
const GRANT = { accessToken: 'a' };
const USER_ID = 'GET /wellness-api/rest/user/id';
const PERMISSIONS = 'GET /wellness-api/rest/user/permissions';

describe('the account', () => {
  test.each([
    ['an object', { permissions: ['ACTIVITY_EXPORT', 'HEALTH_EXPORT'] }],
    ['a bare list', ['ACTIVITY_EXPORT', 'HEALTH_EXPORT']],
  ])('PRV16 the user id is the join key, and permissions come as %s', async (_, permissions) => {
    const { http } = api({
      [USER_ID]: answer(200, { userId: 'u-1' }),
      [PERMISSIONS]: answer(200, permissions),
    });
    expect(await garmin.identify(http, GRANT)).toEqual({
      providerUserId: 'u-1',
      grantedScopes: ['ACTIVITY_EXPORT', 'HEALTH_EXPORT'],
    });
  });

  test('PRV16 an identity that is none is malformed, and tried again', async () => {
    const { http } = api({ [USER_ID]: answer(200, { userId: '' }), [PERMISSIONS]: answer(200, []) });
    await expect(garmin.identify(http, GRANT)).rejects.toMatchObject({ kind: 'malformed' });
  });

  test('PRV16 the registration is ended; one that is gone already is a success, a fault is none', async () => {
    const path = 'DELETE /wellness-api/rest/user/registration';
    const app = { clientId: 'c', clientSecret: 's' };
    const revokeBy = (response: ProviderResponse) => {
      const { http } = api({ [path]: response });
      return garmin.revoke({ user: http, app: { send: http.send } }, app, GRANT, NOW);
    };
    for (const status of [204, 401, 404]) await expect(revokeBy(answer(status))).resolves.toBeUndefined();
    await expect(revokeBy(answer(503))).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('backfill', () => {
  const WINDOW = { fromMs: (NOW - 86_400_000 - 1) as EpochMs, toMs: NOW };
  const typeOf = (code: string): DataType => {
    const found = garmin.dataTypes.find((type) => type.code === code);
    if (found === undefined) throw new Error(`no type ${code}`);
    return found;
  };
  const requestOf = async (
    code: string,
    path: string,
    response: ProviderResponse,
    window: TimeWindow = WINDOW,
  ) => {
    const { source } = typeOf(code);
    if (source.kind !== 'request') throw new Error('not asked for');
    const { http, calls } = api({ [`GET /wellness-api/rest/backfill/${path}`]: response });
    const outcome = source.request({ http, account: { providerUserId: 'u-1' }, nowMs: NOW }, window);
    return { outcome: await outcome, calls };
  };

  test('PRV17 every type is asked for, by the name that backfills have for it, and none is polled', async () => {
    for (const { source } of garmin.dataTypes) expect(source.kind).toBe('request');
    const paths = { pulseox: 'pulseOx', allDayRespiration: 'respiration', dailies: 'dailies' };
    for (const [code, path] of Object.entries(paths)) {
      const { outcome, calls } = await requestOf(code, path, answer(202));
      expect(outcome).toBe('requested');
      expect(calls[0]?.query).toEqual({
        summaryStartTimeInSeconds: Math.floor(WINDOW.fromMs / 1_000),
        summaryEndTimeInSeconds: NOW / 1_000,
      });
    }
  });

  test('PRV17 thirty days that begin within a second are asked for as thirty days, and no second more', async () => {
    const window = { fromMs: (NOW - 30 * 86_400_000 + 777) as EpochMs, toMs: (NOW + 777) as EpochMs };
    const { calls } = await requestOf('dailies', 'dailies', answer(202), window);
    const { summaryStartTimeInSeconds: start, summaryEndTimeInSeconds: end } = calls[0]?.query ?? {};
    expect(Number(end) - Number(start)).toBe(30 * 86_400);
  });

  test('PRV17 a window of the longest length is not a second longer in whole seconds', async () => {
    for (const fractionMs of [0, 1, 108, 999]) {
      const toMs = (NOW + fractionMs) as EpochMs;
      const longest = { fromMs: (toMs - 30 * 86_400_000) as EpochMs, toMs };
      const { calls } = await requestOf('sleeps', 'sleeps', answer(202), longest);
      const { summaryStartTimeInSeconds: from, summaryEndTimeInSeconds: to } = calls[0]?.query ?? {};
      expect(Number(to) - Number(from)).toBe(30 * 86_400);
    }
  });

  test.each([
    [409, {}, 'already_requested'],
    [403, {}, 'not_permitted'],
    [412, { errorMessage: 'permission' }, 'not_permitted'],
    [400, { errorMessage: 'start is before the minimum start of 2026-10-19T00:00:00Z' }, 'not_permitted'],
  ])('PRV17 %i %j is %s', async (status, body, outcome) => {
    expect((await requestOf('sleeps', 'sleeps', answer(status, body))).outcome).toBe(outcome);
  });

  test('PRV17 any other refusal is a fault, also a 400 that says something else', async () => {
    const asked = (status: number, body: unknown) => requestOf('sleeps', 'sleeps', answer(status, body));
    await expect(asked(400, { errorMessage: 'no' })).rejects.toMatchObject({ kind: 'rejected', status: 400 });
    await expect(asked(429, {})).rejects.toMatchObject({ kind: 'rate_limited' });
    await expect(asked(401, {})).rejects.toBeInstanceOf(ProviderFault);
  });
});

describe('notifications', () => {
  const APP = { clientId: 'client-1', clientSecret: 's', settings: { inboundKey: 'key-of-the-address' } };
  const KEYS = { load: () => Promise.reject(new Error('not called')) };
  const verdict = (
    request: Partial<PushRequest>,
    app: typeof APP | { clientId: string; clientSecret: string } = APP,
  ) =>
    garmin.push.verify({ method: 'POST', query: {}, headers: {}, body: bytes({}), ...request }, app, {
      nowMs: NOW,
      keys: KEYS,
    });

  test('PRV18 the key of the address is required, and the header that names the application must be ours', async () => {
    const query = { key: 'key-of-the-address' };
    expect(await verdict({ query })).toBe('genuine');
    expect(await verdict({ query, headers: { 'garmin-client-id': 'client-1' } })).toBe('genuine');
    expect(await verdict({ query, headers: { 'garmin-client-id': 'client-2' } })).toBe('forged');
    expect(await verdict({ query: { key: 'key-of-the-addres' } })).toBe('forged');
    expect(await verdict({})).toBe('unsigned');
    expect(await verdict({ query: { key: '' } })).toBe('unsigned');
    expect(await verdict({ query }, { clientId: 'client-1', clientSecret: 's' })).toBe('forged');
  });

  const parse = (notification: unknown) => garmin.push.parse(bytes(notification), {});

  test('PRV18 a ping is an address to fetch, of several people and under either name of a type', () => {
    const callbackURL = 'https://apis.garmin.com/wellness-api/rest/sleeps?uploadStartTimeInSeconds=1&token=t';
    const at = { kind: 'callback', origin: 'api', url: callbackURL };
    const items = parse({
      sleeps: [
        { userId: 'u-1', callbackURL },
        { userId: 2, callbackURL },
      ],
      pulseOx: [{ userId: 'u-1', callbackURL }],
      manuallyUpdatedActivities: [{ userId: 'u-1', callbackURL }],
    });
    expect(items).toEqual([
      { kind: 'changed', providerUserId: 'u-1', dataType: 'sleeps', at },
      { kind: 'changed', providerUserId: '2', dataType: 'sleeps', at },
      { kind: 'changed', providerUserId: 'u-1', dataType: 'pulseox', at },
      { kind: 'changed', providerUserId: 'u-1', dataType: 'activities', at },
    ]);
    const codes = garmin.dataTypes.map(({ code }) => code);
    for (const code of codes)
      expect(parse({ [code]: [{ userId: 'u', callbackURL }] })).toMatchObject([{ dataType: code }]);
  });

  test('PRV18 a push is the data itself, by person, at most a hundred summaries at a time', () => {
    const entries = Array.from({ length: 150 }, (_, index) => ({ userId: 'u-1', summaryId: `${index}` }));
    const items = parse({ dailies: [...entries, { userId: 'u-2', summaryId: 'x' }] });
    expect(items).toEqual([
      {
        kind: 'changed',
        providerUserId: 'u-1',
        dataType: 'dailies',
        at: { kind: 'payload', payload: entries.slice(0, 100) },
      },
      {
        kind: 'changed',
        providerUserId: 'u-1',
        dataType: 'dailies',
        at: { kind: 'payload', payload: entries.slice(100) },
      },
      {
        kind: 'changed',
        providerUserId: 'u-2',
        dataType: 'dailies',
        at: { kind: 'payload', payload: [{ userId: 'u-2', summaryId: 'x' }] },
      },
    ]);
  });

  test('PRV18 deregistrations end a connection, permission changes tell what is left', () => {
    expect(parse({ deregistrations: [{ userId: 'u-1' }] })).toEqual([
      { kind: 'deauthorized', providerUserId: 'u-1' },
    ]);
    const change = {
      userId: 'u-1',
      summaryId: 's',
      permissions: ['ACTIVITY_EXPORT'],
      changeTimeInSeconds: 1,
    };
    for (const name of ['userPermissionsChange', 'userPermissions']) {
      expect(parse({ [name]: [change] })).toEqual([
        { kind: 'permissions', providerUserId: 'u-1', grantedScopes: ['ACTIVITY_EXPORT'] },
      ]);
    }
  });

  test('PRV18 what is not taken is ignored, what is not understood is unreadable, and nothing throws', () => {
    expect(parse({ moveIQActivities: [{ userId: 'u' }], brandNew: [{ userId: 'u' }] })).toEqual([
      { kind: 'ignored', reason: 'moveIQActivities' },
      { kind: 'ignored', reason: 'unknown_type' },
    ]);
    expect(
      parse({ dailies: [{ summaryId: 'x' }, 7], sleeps: [{ userId: 'u', callbackURL: 4 }], hrv: {} }),
    ).toEqual([
      { kind: 'unreadable', reason: 'dailies: userId' },
      { kind: 'unreadable', reason: 'dailies: userId' },
      { kind: 'unreadable', reason: 'sleeps: callbackURL' },
      { kind: 'unreadable', reason: 'expected a list' },
    ]);
    for (const broken of [[], null, 'x']) expect(parse(broken)).toMatchObject([{ kind: 'unreadable' }]);
    expect(garmin.push.parse(new TextEncoder().encode('{"dailies":['), {})).toMatchObject([
      { kind: 'unreadable' },
    ]);
  });
});
