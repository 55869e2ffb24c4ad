import * as z from 'zod';
import { type EpochMs, MINUTE_MS } from '../../lib/core/instants.ts';
import type {
  DataType,
  ProviderDefinition,
  PushDefinition,
  PushItem,
  PushVerdict,
} from '../../lib/providers/definition.ts';
import { jsonOf } from '../../lib/providers/json-body.ts';
import { parseTokenAnswer } from '../../lib/providers/oauth2-tokens.ts';
import { readList, unreadablePage } from '../../lib/providers/read-list.ts';
import { isFresh, isHmacOf, isSameSecret } from '../../lib/providers/signatures.ts';
import { standardFault } from '../../lib/providers/standard-faults.ts';
import { tokenPages } from '../../lib/providers/token-pages.ts';

/**
 * A cloud that does not exist, as a provider folder would describe it: OAuth 2, one type of data by pages,
 * pushes signed by HMAC. What works for it works for a provider that somebody adds.
 */
export const SAMPLE_SETTINGS = { signingKey: 'sample-signing-key', verifyToken: 'sample-verify-token' };

const Steps = z.object({ id: z.string(), start: z.string(), end: z.string(), count: z.number() });

const steps: DataType = {
  code: 'steps',
  title: 'Steps',
  produces: { metrics: ['steps'], records: [] },
  scopes: [],
  maxWindowDays: 30,
  source: {
    kind: 'pull',
    fetchPages: ({ http }, { fromMs, toMs }, cursor) =>
      tokenPages(
        cursor,
        (token) => http.json({ origin: 'api', path: '/steps', query: { from: fromMs, to: toMs, token } }),
        (payload) => z.object({ next: z.string().optional() }).safeParse(payload).data?.next,
      ),
  },
  map: (payload) => {
    const page = z.object({ steps: z.unknown() }).safeParse(payload);
    if (!page.success) return unreadablePage('expected steps');
    return readList(page.data.steps, Steps, ({ id, start, end, count }) => [
      {
        kind: 'sample',
        source: {},
        metric: 'steps',
        start,
        end,
        value: count,
        unit: '{steps}',
        recordId: id,
      },
    ]);
  },
  deletionOf: (id) => [{ kind: 'sample_deletion', metrics: ['steps'], recordId: id }],
};

const Notification = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('steps'), person: z.string(), fromMs: z.number(), toMs: z.number() }),
  z.object({ kind: z.literal('record'), person: z.string(), id: z.string() }),
  z.object({ kind: z.literal('data'), person: z.string(), payload: z.unknown() }),
  z.object({ kind: z.literal('deleted'), person: z.string(), id: z.string() }),
  z.object({ kind: z.literal('left'), person: z.string() }),
  z.object({ kind: z.literal('scopes'), person: z.string(), scopes: z.array(z.string()) }),
  z.object({ kind: z.literal('advert') }),
]);

function toItem(entry: unknown): PushItem {
  const parsed = Notification.safeParse(entry);
  if (!parsed.success) return { kind: 'unreadable', reason: 'not as documented' };
  const told = parsed.data;
  if (told.kind === 'advert') return { kind: 'ignored', reason: 'advert' };
  const providerUserId = told.person;
  if (told.kind === 'left') return { kind: 'deauthorized', providerUserId };
  if (told.kind === 'scopes') return { kind: 'permissions', providerUserId, grantedScopes: told.scopes };
  const about = { providerUserId, dataType: 'steps' };
  if (told.kind === 'deleted') return { kind: 'deleted', ...about, id: told.id };
  if (told.kind === 'record') return { kind: 'changed', ...about, at: { kind: 'record', id: told.id } };
  if (told.kind === 'data')
    return { kind: 'changed', ...about, at: { kind: 'payload', payload: told.payload } };
  const window = { fromMs: told.fromMs as EpochMs, toMs: told.toMs as EpochMs };
  return { kind: 'changed', ...about, at: { kind: 'window', window, replaces: false } };
}

const push: PushDefinition = {
  handshake: ({ method, query }, app) => {
    if (method === 'HEAD') return { status: 200 };
    if (method !== 'GET' || !isSameSecret(query['token'], app.settings?.['verifyToken'])) return undefined;
    return {
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: (query['challenge'] ?? '').slice(0, 100),
    };
  },
  verify: async ({ headers, body }, app, { nowMs }): Promise<PushVerdict> => {
    const signature = headers['x-sample-signature'];
    const sentAt = headers['x-sample-timestamp'] ?? '';
    if (signature === undefined) return 'unsigned';
    const scheme = { hash: 'sha256', encoding: 'hex' } as const;
    if (!isHmacOf(signature, app.settings?.['signingKey'], [sentAt, '.', body], scheme)) return 'forged';
    return isFresh(Number(sentAt), nowMs) ? 'genuine' : 'stale';
  },
  okStatus: 204,
  maxBodyBytes: 300_000,
  parse: (body) => {
    const list = jsonOf(body);
    return Array.isArray(list) ? list.map(toItem) : [{ kind: 'unreadable', reason: 'expected a list' }];
  },
};

export const sampleProvider: ProviderDefinition = {
  name: 'sample',
  title: 'Sample',
  origins: { web: 'https://web.sample.test', api: 'https://api.sample.test' },
  auth: {
    kind: 'oauth2',
    authorize: { origin: 'web', path: '/authorize', scopeSeparator: ' ' },
    pkce: 'S256',
    token: { origin: 'api', path: '/token', clientAuthentication: 'body' },
    scopes: ['steps'],
    parseTokens: parseTokenAnswer,
    grantedScopes: (_callback, { scope }) => scope?.split(' '),
    refresh: 'rotating',
    refreshAheadMs: 5 * MINUTE_MS,
  },
  dataTypes: [steps],
  push,
  limits: {
    application: [{ count: 1_000, windowMs: MINUTE_MS, fixed: true }],
    concurrentSyncCount: 5,
  },
  windows: {
    firstDays: 30,
    overlapMs: 60 * MINUTE_MS,
    backfillDays: undefined,
    pollEveryMs: { withPush: 1_440 * MINUTE_MS, withoutPush: 60 * MINUTE_MS },
    silentAfterMs: undefined,
  },
  identify: async (http) => {
    const { payload } = await http.json({ origin: 'api', path: '/me' });
    const me = z.object({ id: z.string(), oldId: z.string().optional() }).parse(payload);
    return {
      providerUserId: me.id,
      ...(me.oldId === undefined ? {} : { otherUserIds: [me.oldId] }),
      timeZone: 'Europe/Berlin',
    };
  },
  revoke: async ({ user }) => {
    await user.send({ origin: 'api', path: '/me/grant', method: 'DELETE' });
  },
  classify: (response, nowMs) => standardFault(response, nowMs),
  readQuota: () => [],
};
