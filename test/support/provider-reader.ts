import { createHash } from 'node:crypto';
import { metricOf } from '../../contracts/metrics/catalog.ts';
import { DAY_MS, type EpochMs } from '../../lib/core/instants.ts';
import type {
  FetchContext,
  OAuth2Definition,
  ProviderDefinition,
  TokenGrant,
} from '../../lib/providers/definition.ts';
import type { ProviderRequest, ProviderResponse, UserHttp } from '../../lib/providers/http.ts';
import { ProviderFault, type ProviderRecord, type TimeWindow } from '../../lib/providers/model.ts';
import { standardFault } from '../../lib/providers/standard-faults.ts';
import { type App, clientFields, consent, REDIRECT } from './simulated-clouds.ts';

/**
 * A provider's definition over plain fetch, without connections, stores or retries: what it asks, and what it
 * makes of the answers.
 */
export interface Reader {
  readonly context: FetchContext;
  readonly grant: TokenGrant;
  /** Records of all types that can be fetched, and what could not be read. */
  read(
    window: TimeWindow,
  ): Promise<{ readonly records: readonly ProviderRecord[]; readonly unreadable: readonly string[] }>;
}

const VERIFIER = 'a-verifier-of-at-least-forty-three-characters';
const MAX_PAGE_COUNT = 500;

export async function connectReader(
  definition: ProviderDefinition,
  app: App,
  person: string,
  nowMs: EpochMs,
): Promise<Reader> {
  if (definition.auth.kind !== 'oauth2') throw new Error('the simulated clouds speak OAuth 2.0');
  const grant = await exchange(definition.auth, app, person, nowMs);
  const http = userHttp(definition, app, grant, nowMs);
  const context: FetchContext = { http, account: await definition.identify(http, grant), nowMs };
  return { context, grant, read: (window) => readAll(definition, context, window) };
}

async function exchange(
  auth: OAuth2Definition,
  app: App,
  person: string,
  nowMs: EpochMs,
): Promise<TokenGrant> {
  const found = await consent(app, {
    authorize: addressOf(app, auth.authorize.origin, auth.authorize.path),
    scope: auth.scopes.join(auth.authorize.scopeSeparator),
    person,
    extra: {
      ...auth.authorize.parameters,
      ...(auth.pkce === 'none'
        ? {}
        : {
            code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
            code_challenge_method: 'S256',
          }),
    },
  });
  const isBasic = auth.token.clientAuthentication === 'basic';
  const basic = Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64');
  const response = await call(app, {
    origin: auth.token.origin,
    path: auth.token.path,
    method: 'POST',
    ...(isBasic ? { headers: { authorization: `Basic ${basic}` } } : {}),
    form: {
      grant_type: 'authorization_code',
      code: found.get('code') ?? '',
      redirect_uri: REDIRECT,
      ...(auth.pkce === 'none' ? {} : { code_verifier: VERIFIER }),
      ...(isBasic ? {} : clientFields(app)),
      ...auth.token.exchangeParameters,
    },
  });
  const tokens = auth.parseTokens(response, nowMs);
  if (!tokens.ok) throw new Error(`no tokens: ${tokens.failure}`);
  return tokens.value;
}

const addressOf = (app: App, origin: string, path: string): string => `${app.origins[origin]}${path}`;

async function call(app: App, request: ProviderRequest): Promise<ProviderResponse> {
  const url = new URL(addressOf(app, request.origin, request.path));
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const response = await fetch(url, {
    method: request.method ?? 'GET',
    headers: {
      ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(request.form === undefined ? {} : { body: new URLSearchParams(request.form) }),
    ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: new Uint8Array(await response.arrayBuffer()),
  };
}

function userHttp(definition: ProviderDefinition, app: App, grant: TokenGrant, nowMs: EpochMs): UserHttp {
  const headers = { authorization: `Bearer ${grant.accessToken}` };
  const send = async (request: ProviderRequest): Promise<ProviderResponse> => {
    const response = await call(app, { ...request, headers: { ...headers, ...request.headers } });
    const fault = definition.classify(response, nowMs) ?? standardFault(response, nowMs);
    if (fault !== undefined) throw fault;
    return response;
  };
  return {
    send,
    json: async (request) => {
      const { body } = await send(request);
      return { payload: JSON.parse(new TextDecoder().decode(body)), body };
    },
    jsonAt: () => Promise.reject(new ProviderFault('rejected')),
  };
}

/** Every type over the window, in pieces that the type allows. */
async function readAll(definition: ProviderDefinition, context: FetchContext, window: TimeWindow) {
  const records: ProviderRecord[] = [];
  const unreadable: string[] = [];
  const told = { timeZone: context.account.timeZone, nowMs: context.nowMs };
  for (const type of definition.dataTypes) {
    if (type.source.kind !== 'pull') continue;
    for (const piece of pieces(window, type.maxWindowDays)) {
      let pageCount = 0;
      for await (const { payload } of type.source.fetchPages(context, piece, undefined)) {
        pageCount += 1;
        if (pageCount > MAX_PAGE_COUNT) throw new Error(`the pages of ${type.code} do not end`);
        const page = type.map(payload, told);
        records.push(...page.records);
        unreadable.push(...page.unreadable.map(({ reason }) => `${type.code}: ${reason}`));
      }
    }
  }
  return { records, unreadable };
}

function* pieces({ fromMs, toMs }: TimeWindow, days: number): Generator<TimeWindow> {
  for (let startMs = fromMs as number; startMs < toMs; startMs += days * DAY_MS) {
    yield { fromMs: startMs as EpochMs, toMs: Math.min(toMs, startMs + days * DAY_MS) as EpochMs };
  }
}

/** In the metric's canonical unit, as it will be stored. */
export function canonicalValue(metric: string, value: number, unit: string): number {
  const conversion = metricOf(metric)?.acceptedUnits[unit];
  if (conversion === undefined) throw new Error(`${metric} is not taken in ${unit}`);
  return (value * conversion.numerator) / conversion.denominator + conversion.offset;
}

/** All values by `date metric`; `zone` dates what has no date of its own. */
export function valuesByDay(
  records: readonly ProviderRecord[],
  zone: string,
): ReadonlyMap<string, readonly number[]> {
  const values = new Map<string, number[]>();
  const put = (date: string, { metric, value, unit }: { metric: string; value: number; unit: string }) => {
    const key = `${date} ${metric}`;
    values.set(key, [...(values.get(key) ?? []), canonicalValue(metric, value, unit)]);
  };
  const days = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  for (const record of records) {
    if (record.kind === 'sample' && isDaily(record)) put(dateOf(record.start, days), record);
    if (record.kind === 'sleep' || record.kind === 'workout') {
      for (const one of record.values) put(record.date ?? dateOf(record.start, days), one);
    }
  }
  return values;
}

/** Series of many values a day are not what a day's truth is about. */
const isDaily = ({ metric }: { readonly metric: string }): boolean =>
  metric !== 'heart_rate' && metric !== 'met';

/** A time without an offset is on the wearer's clock. */
function dateOf(text: string, days: Intl.DateTimeFormat): string {
  const isInstant = /(?:Z|[+-]\d\d:\d\d)$/.test(text);
  return isInstant ? days.format(Date.parse(text)) : text.slice(0, 10);
}
