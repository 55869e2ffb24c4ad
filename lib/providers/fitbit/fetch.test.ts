import { describe, expect, test } from 'vitest';
import type { EpochMs } from '../../core/instants.ts';
import type { DataType, RawPage } from '../definition.ts';
import type { ProviderRequest, ProviderResponse, UserHttp } from '../http.ts';
import type { TimeWindow } from '../model.ts';
import { fitbit } from './fitbit.ts';

const NOW = Date.parse('2026-11-21T08:00:00Z') as EpochMs;
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const answer = (status: number, body: unknown): ProviderResponse => ({
  status,
  headers: {},
  body: bytes(body),
});
const refusal = (status: number, reason: string): ProviderResponse =>
  answer(status, {
    error: { code: status, details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }] },
  });

/** Google's API as a function of the request, with the definition's own reading of faults. */
function api(respond: (request: ProviderRequest) => ProviderResponse) {
  const calls: ProviderRequest[] = [];
  const send = async (request: ProviderRequest): Promise<ProviderResponse> => {
    calls.push(request);
    const response = respond(request);
    const fault = fitbit.classify(response, NOW);
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

const WINDOW: TimeWindow = {
  fromMs: Date.parse('2026-11-17T23:30:00Z') as EpochMs,
  toMs: Date.parse('2026-11-19T10:00:00Z') as EpochMs,
};

async function pagesOf(
  code: string,
  { http }: { readonly http: UserHttp },
  options: { readonly cursor?: string; readonly timeZone?: string } = {},
): Promise<readonly RawPage[]> {
  const type: DataType | undefined = fitbit.dataTypes.find((candidate) => candidate.code === code);
  if (type?.source.kind !== 'pull') throw new Error(`${code} is not pulled`);
  const { timeZone } = options;
  const account = { providerUserId: '343', ...(timeZone === undefined ? {} : { timeZone }) };
  const pages: RawPage[] = [];
  for await (const page of type.source.fetchPages({ http, account, nowMs: NOW }, WINDOW, options.cursor))
    pages.push(page);
  return pages;
}

describe('the pages', () => {
  const empty = () => answer(200, {});
  const filterOf = async (code: string, timeZone?: string) => {
    const cloud = api(empty);
    await pagesOf(code, cloud, timeZone === undefined ? {} : { timeZone });
    return [cloud.calls[0]?.path, cloud.calls[0]?.query?.['filter'], cloud.calls[0]?.query?.['pageSize']];
  };
  const points = '/v4/users/me/dataTypes';

  test('PRV60 each type is filtered by the time it has, from the merged stream or by source', async () => {
    expect(await filterOf('steps')).toEqual([
      `${points}/steps/dataPoints:reconcile`,
      'steps.interval.start_time >= "2026-11-17T23:30:00.000Z" AND steps.interval.start_time < "2026-11-19T10:00:00.000Z"',
      2_000,
    ]);
    expect(await filterOf('heart-rate')).toEqual([
      `${points}/heart-rate/dataPoints:reconcile`,
      'heart_rate.sample_time.physical_time >= "2026-11-17T23:30:00.000Z" AND heart_rate.sample_time.physical_time < "2026-11-19T10:00:00.000Z"',
      2_000,
    ]);
    expect(await filterOf('sleep')).toEqual([
      `${points}/sleep/dataPoints`,
      'sleep.interval.end_time >= "2026-11-17T23:30:00.000Z" AND sleep.interval.end_time < "2026-11-19T10:00:00.000Z"',
      25,
    ]);
  });

  test('PRV60 dates are those of the account, else those of every clock on earth', async () => {
    const name = 'daily_resting_heart_rate.date';
    const [, inBerlin] = await filterOf('daily-resting-heart-rate', 'Europe/Berlin');
    expect(inBerlin).toBe(`${name} >= "2026-11-18" AND ${name} < "2026-11-20"`);
    const [, anywhere] = await filterOf('daily-resting-heart-rate');
    expect(anywhere).toBe(`${name} >= "2026-11-17" AND ${name} < "2026-11-20"`);
  });

  test('PRV60 exercises take clock times, with a day to spare or every clock on earth', async () => {
    const name = 'exercise.interval.civil_start_time';
    expect(await filterOf('exercise', 'Europe/Berlin')).toEqual([
      `${points}/exercise/dataPoints`,
      `${name} >= "2026-11-17T00:30:00" AND ${name} < "2026-11-20T11:00:00"`,
      25,
    ]);
    const [, anywhere] = await filterOf('exercise');
    expect(anywhere).toBe(`${name} >= "2026-11-17T11:30:00" AND ${name} < "2026-11-20T00:00:00"`);
  });

  test('PRV60 pages follow their tokens; a token that is not taken any more begins the window again', async () => {
    const cloud = api(({ query }) => {
      if (query?.['pageToken'] === 'old') return refusal(400, 'INVALID_PAGE_TOKEN');
      return answer(
        200,
        query?.['pageToken'] === undefined ? { nextPageToken: 'two' } : { nextPageToken: '' },
      );
    });
    const pages = await pagesOf('steps', cloud);
    expect(pages.map(({ next }) => next)).toEqual(['{"token":"two","page":1}', undefined]);
    await pagesOf('steps', cloud, { cursor: '{"token":"old","page":7}' });
    expect(cloud.calls.map(({ query }) => query?.['pageToken'])).toEqual([
      undefined,
      'two',
      'old',
      undefined,
      'two',
    ]);
  });

  test('PRV60 an entry whose time is told in either of two ways is asked for in both', async () => {
    const cloud = api(({ query }) =>
      String(query?.['filter']).startsWith('hydration_log.sample_time')
        ? answer(200, { dataPoints: [] })
        : refusal(400, 'INVALID_DATA_POINT_FILTER_RESTRICTION_COMPARABLE'),
    );
    expect(await pagesOf('hydration-log', cloud)).toHaveLength(1);
    expect(cloud.calls).toHaveLength(2);
    const neither = api(() => refusal(400, 'INVALID_DATA_POINT_FILTER_MEMBER'));
    await expect(pagesOf('hydration-log', neither)).rejects.toMatchObject({ reason: 'invalid_filter' });
    await expect(pagesOf('steps', neither)).rejects.toMatchObject({ reason: 'invalid_filter' });
  });

  test('PRV60 what Google does not offer has no pages; any other refusal is a fault', async () => {
    for (const refused of [
      refusal(400, 'UNSUPPORTED_DATA_TYPE_ACTION'),
      refusal(404, 'RESOURCE_NOT_FOUND'),
    ]) {
      for (const code of ['basal-energy-burned', 'sedentary-period']) {
        expect(
          await pagesOf(
            code,
            api(() => refused),
          ),
        ).toEqual([]);
      }
    }
    await expect(
      pagesOf(
        'steps',
        api(() => answer(404, {})),
      ),
    ).rejects.toMatchObject({ kind: 'not_found' });
    const denied = api(() => refusal(403, 'MISSING_OAUTH_SCOPE'));
    await expect(pagesOf('steps', denied)).rejects.toMatchObject({
      kind: 'forbidden',
      reason: 'scope_missing',
    });
  });

  test('PRV38 days are rolled up over the local dates of the window', async () => {
    const cloud = api(() => answer(200, { rollupDataPoints: [] }));
    expect(await pagesOf('total-calories', cloud, { timeZone: 'Europe/Berlin' })).toHaveLength(1);
    expect(cloud.calls[0]).toEqual({
      origin: 'api',
      path: `${points}/total-calories/dataPoints:dailyRollUp`,
      method: 'POST',
      json: {
        range: {
          start: { date: { year: 2026, month: 11, day: 18 } },
          end: { date: { year: 2026, month: 11, day: 20 } },
        },
        windowSizeDays: 1,
      },
    });
  });
});

describe('the account', () => {
  const GRANT = { accessToken: 'a', refreshToken: 'r', scope: 'one two' };
  const identity = answer(200, {
    name: 'users/me/identity',
    healthUserId: '343864966078399341',
    legacyUserId: 'ABC123',
  });

  test('PRV61 the new id is the join key, the old one of Fitbit comes along, and the zone if it was granted', async () => {
    const both = api(({ path }) =>
      path.endsWith('/identity') ? identity : answer(200, { timeZone: 'Asia/Tokyo' }),
    );
    expect(await fitbit.identify(both.http, GRANT)).toEqual({
      providerUserId: '343864966078399341',
      otherUserIds: ['ABC123'],
      timeZone: 'Asia/Tokyo',
      grantedScopes: ['one', 'two'],
    });
    const noSettings = api(({ path }) =>
      path.endsWith('/identity') ? identity : refusal(403, 'MISSING_OAUTH_SCOPE'),
    );
    expect('timeZone' in (await fitbit.identify(noSettings.http, GRANT))).toBe(false);
  });

  test('PRV61 a Google account without a health profile is forbidden, though every call of it says 400', async () => {
    const unlinked = api(() => refusal(400, 'ACCOUNT_NOT_LINKED'));
    await expect(fitbit.identify(unlinked.http, GRANT)).rejects.toMatchObject({
      kind: 'forbidden',
      reason: 'account_not_linked',
    });
  });

  test('PRV61 the scopes granted are those of the token, else of the callback', () => {
    if (fitbit.auth.kind !== 'oauth2') throw new Error('not OAuth 2');
    expect(fitbit.auth.grantedScopes({ scope: 'x' }, GRANT)).toEqual(['one', 'two']);
    expect(fitbit.auth.grantedScopes({ scope: 'x y' }, { accessToken: 'a' })).toEqual(['x', 'y']);
  });

  test('PRV61 the grant is revoked by its refresh token; one that is gone is a success', async () => {
    const forms: unknown[] = [];
    const revokeBy = (status: number) => {
      const send = async ({ form }: ProviderRequest) => {
        forms.push(form);
        return answer(status, {});
      };
      const { http } = api(() => answer(500, {}));
      return fitbit.revoke({ user: http, app: { send } }, { clientId: 'c', clientSecret: 's' }, GRANT, NOW);
    };
    await expect(revokeBy(200)).resolves.toBeUndefined();
    await expect(revokeBy(400)).resolves.toBeUndefined();
    await expect(revokeBy(503)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(revokeBy(403)).rejects.toMatchObject({ kind: 'rejected' });
    expect(forms[0]).toEqual({ token: 'r' });
  });
});
