import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  AuthorizeAnswer,
  ListConnectionsAnswer,
  ListProvidersAnswer,
  TicketAnswer,
} from '../../../contracts/http/connections.ts';
import type { Operation } from '../../../contracts/http/routes.ts';
import { ListSyncsAnswer, Sync } from '../../../contracts/http/syncs.ts';
import { ConnectionId } from '../../../contracts/primitives/ids.ts';
import { MINUTE_MS, SECOND_MS } from '../../../lib/core/instants.ts';
import { type ConnectWorld, createConnectWorld } from '../../../test/support/connect-world.ts';

let world: ConnectWorld;
beforeEach(async () => {
  world = await createConnectWorld();
});

const SAMPLE = { provider: 'sample' };
const HTML = { accept: 'text/html,application/xhtml+xml' };

async function begin(path: Readonly<Record<string, string>> = SAMPLE, body?: unknown) {
  const answer = await world.call('authorizeConnection', { as: 'key', path, body });
  return AuthorizeAnswer.parse(answer.body);
}

async function connections() {
  const { body } = await world.call('listConnections', { as: 'key' });
  return ListConnectionsAnswer.parse(body).connections;
}

async function connectedId(person = 'runner'): Promise<ConnectionId> {
  expect((await world.connect(person)).status).toBe(200);
  return ConnectionId.parse((await connections()).at(-1)?.id);
}

describe('beginning', () => {
  test('CON2 the address carries client, callback, scopes, a random state and a PKCE challenge', async () => {
    const { url, state, expiresAt } = await begin();
    const address = new URL(url);
    expect(address.origin + address.pathname).toBe('https://web.sample.test/authorize');
    expect(Object.fromEntries(address.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'client',
      redirect_uri: 'https://api.example.com/v1/oauth/sample/callback',
      scope: 'steps',
      state,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(state).toMatch(/^[0-9A-Za-z]{43}$/);
    expect((await begin()).state).not.toBe(state);
    expect(Date.parse(expiresAt) - world.clock.now()).toBe(10 * MINUTE_MS);
  });

  test.each([
    ['an unknown provider', { provider: 'nowhere' }, 'provider.unknown'],
    ['a provider without application', { provider: 'unconfigured' }, 'provider.not_configured'],
    ['a user of nobody', { provider: 'sample', userId: 'usr_0000000000000000000000zzzz' }, 'user.not_found'],
  ])('CON1 %s is refused, for a ticket too', async (_, path, code) => {
    for (const operation of ['authorizeConnection', 'createConnectTicket'] as const)
      expect((await world.call(operation, { as: 'key', path })).body['code']).toBe(code);
  });

  test('CON1 a user begins for oneself alone, and nobody without credentials', async () => {
    const neighbour = await world.createUserIn(world.scope.workspaceId);
    const foreign = await world.createUser();
    const asUser = { as: world.scope, path: { ...SAMPLE, userId: 'me' } };
    expect((await world.call('authorizeConnection', asUser)).status).toBe(200);
    const others = [
      { as: world.scope, path: { ...SAMPLE, userId: neighbour.userId } },
      { as: 'key' as const, path: { ...SAMPLE, userId: foreign.userId } },
    ];
    for (const options of others)
      expect((await world.call('authorizeConnection', options)).body['code']).toBe('user.not_found');
    expect((await world.call('authorizeConnection', { path: SAMPLE })).status).toBe(401);
  });

  test('CON4 a return address is on the list, character by character', async () => {
    const listed = 'https://app.example.com/connected?from=headwater';
    world.redirects.push(listed);
    expect((await begin(SAMPLE, { redirectUri: listed })).url).toContain('https://web.sample.test');
    for (const redirectUri of [
      `${listed}/`,
      'https://app.example.com/connected',
      'https://app.example.org/',
    ]) {
      const answer = await world.call('authorizeConnection', {
        as: 'key',
        path: SAMPLE,
        body: { redirectUri },
      });
      expect(answer.body['code']).toBe('oauth.redirect_not_allowed');
    }
    for (const redirectUri of ['javascript:alert(1)', 'http://app.example.com/', 'https://a@b.example/', 7]) {
      const answer = await world.call('authorizeConnection', {
        as: 'key',
        path: SAMPLE,
        body: { redirectUri },
      });
      expect(answer.body['code']).toBe('request.invalid');
    }
  });

  test('CON1 a ticket leads a browser on to the provider, once, within 60 s, for its provider', async () => {
    const ticket = async () => {
      const { body } = await world.call('createConnectTicket', { as: world.scope, path: SAMPLE });
      return TicketAnswer.parse(body);
    };
    const use = (text: string, path = SAMPLE) => world.call('openConsent', { path, query: { ticket: text } });
    const first = await ticket();
    expect(first.url).toBe(`https://api.example.com/v1/oauth/sample/authorize?ticket=${first.ticket}`);
    const opened = await use(first.ticket);
    expect([opened.status, String(opened.headers['location']).split('?')[0]]).toEqual([
      303,
      'https://web.sample.test/authorize',
    ]);
    const late = await ticket();
    world.clock.advance(60 * SECOND_MS);
    const attempts = [
      await use(first.ticket),
      await use(late.ticket),
      await use((await ticket()).ticket, { provider: 'other' }),
      await use('made-up'),
      await use('a'.repeat(43)),
    ];
    expect(attempts.map(({ body }) => body['code'])).toEqual(attempts.map(() => 'oauth.ticket_invalid'));
    expect(new Set(attempts.map(({ body }) => body['detail'])).size).toBe(1);
    const query = world.cloud.consent(String(opened.headers['location']), 'runner');
    expect((await world.call('finishConsent', { path: SAMPLE, query })).status).toBe(200);
    expect(await connections()).toMatchObject([{ provider: 'sample', status: 'connected' }]);
  });
});

describe('coming back', () => {
  test('CON14 a consent becomes a connection whose first sync is asked for', async () => {
    const answer = await world.connect('runner');
    expect(answer.status).toBe(200);
    const [connection] = await connections();
    expect(connection).toMatchObject({
      provider: 'sample',
      status: 'connected',
      lastSync: null,
      scopes: ['steps'],
    });
    expect(world.wakes).toEqual([connection?.id]);
    const path = { connectionId: connection?.id ?? '' };
    const listed = await world.call('listSyncs', { as: 'key', path });
    const [sync] = ListSyncsAnswer.parse(listed.body).syncs;
    expect(sync).toMatchObject({ trigger: 'connect', status: 'running', connectionId: connection?.id });
    const one = await world.call('getSync', { as: 'key', path: { ...path, syncId: sync?.id ?? '' } });
    expect(Sync.parse(one.body)).toEqual(sync);
    const byId = await world.call('getSyncById', { as: 'key', path: { syncId: sync?.id ?? '' } });
    expect(byId.body).toEqual(one.body);
  });

  test('CON3 a replayed, made up, expired or foreign state is refused alike, and nothing is exchanged', async () => {
    const used = world.cloud.consent((await begin()).url, 'runner');
    await world.call('finishConsent', { path: SAMPLE, query: used });
    const exchanged = world.cloud.requests.length;
    const other = world.cloud.consent((await begin()).url, 'runner');
    const late = world.cloud.consent((await begin()).url, 'runner');
    const answers = [
      await world.call('finishConsent', { path: SAMPLE, query: used }),
      await world.call('finishConsent', { path: { provider: 'other' }, query: other }),
      await world.call('finishConsent', { path: SAMPLE, query: other }),
      await world.call('finishConsent', { path: SAMPLE, query: { code: 'c', state: 'b'.repeat(43) } }),
      await world.call('finishConsent', { path: SAMPLE, query: { code: 'c' } }),
      await world.call('finishConsent', { path: SAMPLE, query: { code: 'c', state: '../STATE#1' } }),
    ];
    world.clock.advance(10 * MINUTE_MS);
    answers.push(await world.call('finishConsent', { path: SAMPLE, query: late }));
    expect(answers.map(({ status, body }) => [status, body['code'], body['detail']])).toEqual(
      answers.map(() => [400, 'oauth.state_invalid', answers[0]?.body['detail']]),
    );
    expect(world.cloud.requests.length).toBe(exchanged);
    expect(await connections()).toHaveLength(1);
  });

  test('CON3 of many who bring the same state one is connected', async () => {
    const query = world.cloud.consent((await begin()).url, 'runner');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => world.call('finishConsent', { path: SAMPLE, query })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await connections()).toHaveLength(1);
  });

  test('CON3 a code of one consent does not finish another: the verifier is of its own', async () => {
    const mine = world.cloud.consent((await begin()).url, 'runner');
    const theirs = world.cloud.consent((await begin()).url, 'cyclist');
    const query = { code: theirs['code'] ?? '', state: mine['state'] ?? '' };
    const answer = await world.call('finishConsent', { path: SAMPLE, query });
    expect(answer.body['code']).toBe('oauth.code_refused');
    expect(await connections()).toEqual([]);
  });

  test.each([
    ['access_denied', 403, 'oauth.denied'],
    ['server_error', 503, 'provider.unavailable'],
    ['<script>alert(1)</script>', 502, 'provider.refused'],
  ])('CON13 the error %s becomes %i %s, and is not repeated', async (error, status, code) => {
    const { state } = await begin();
    const query = { state, error, error_description: 'said by somebody' };
    const answer = await world.call('finishConsent', { path: SAMPLE, query });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.text).not.toMatch(/script|said by/);
  });

  test.each([
    [{ path: '/token' }, 'provider.unavailable'],
    [{ path: '/token', status: 500 }, 'provider.unavailable'],
    [{ path: '/me' }, 'provider.unavailable'],
    [{ path: '/me', status: 200 }, 'provider.unavailable'],
    [{ path: '/token', status: 200 }, 'provider.unavailable'],
    [{ path: '/token', status: 429 }, 'provider.unavailable'],
    [{ path: '/token', status: 401 }, 'provider.refused'],
    [{ path: '/me', status: 403 }, 'provider.refused'],
  ])('CON13 an outage of %o is said as %s, and connects nothing', async (outage, code) => {
    world.cloud.outage = outage;
    expect((await world.connect('runner')).body['code']).toBe(code);
    expect(await connections()).toEqual([]);
  });

  test('CON13 who grants nothing that data could be read with is told so, and connects nothing', async () => {
    const path = { provider: 'other' };
    const query = world.cloud.consent((await begin(path)).url, 'runner', 'profile');
    const answer = await world.call('finishConsent', { path, query });
    expect([answer.status, answer.body['code']]).toEqual([403, 'oauth.scope_missing']);
    expect(await connections()).toEqual([]);
  });

  test('CON13 the return address gets status, provider, connection and state, or the code of the failure', async () => {
    world.redirects.push('https://app.example.com/connected?from=headwater');
    const wanted = { redirectUri: world.redirects[0] };
    const good = await begin(SAMPLE, wanted);
    const bad = await begin(SAMPLE, wanted);
    const back = async (query: Record<string, string>) => {
      const { status, headers } = await world.call('finishConsent', { path: SAMPLE, query });
      const address = new URL(String(headers['location']));
      return [status, address.origin, Object.fromEntries(address.searchParams)];
    };
    const home = 'https://app.example.com';
    const common = { from: 'headwater', provider: 'sample' };
    const happy = await back(world.cloud.consent(good.url, 'runner'));
    const connectionId = (await connections())[0]?.id;
    expect(happy).toEqual([303, home, { ...common, status: 'connected', connectionId, state: good.state }]);
    expect(await back({ state: bad.state, error: 'access_denied' })).toEqual([
      303,
      home,
      { ...common, error: 'oauth.denied', state: bad.state },
    ]);
  });

  test('CON13 browsers get pages without scripts, under a policy that names their one style sheet', async () => {
    const query = world.cloud.consent((await begin()).url, 'runner');
    const pages = [
      await world.call('finishConsent', { path: SAMPLE, query, headers: HTML }),
      await world.call('finishConsent', { path: SAMPLE, query, headers: HTML }),
      await world.call('openConsent', { path: SAMPLE, query: { ticket: 'x' }, headers: HTML }),
    ];
    expect(pages.map(({ status }) => status)).toEqual([200, 400, 400]);
    expect(pages.map(({ text }) => /<h1>(.*)<\/h1>/.exec(text)?.[1])).toEqual([
      'The sample cloud is connected',
      'The state is unknown, used, expired or of another provider',
      'The ticket is unknown, used, expired or of another provider',
    ]);
    for (const { headers, text } of pages) {
      const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
      const hash = createHash('sha256').update(style).digest('base64');
      expect(headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(text).not.toMatch(/<script|<img|<link|<form| on\w+=|http/i);
    }
  });
});

describe('one connection per account', () => {
  test('CON9 the same account of the same user is the same connection, connected again', async () => {
    const id = await connectedId();
    await world.call('disconnect', { as: 'key', path: { connectionId: id } });
    expect(await connections()).toMatchObject([
      { id, status: 'disconnected', reason: 'disconnected_by_request' },
    ]);
    world.clock.advance(MINUTE_MS);
    await world.connect('runner');
    const [connection, ...others] = await connections();
    expect([connection?.id, connection?.status, connection?.reason, others]).toEqual([
      id,
      'connected',
      undefined,
      [],
    ]);
    expect(Date.parse(connection?.connectedAt ?? '')).toBe(world.clock.now());
  });

  test('CON9 a consent while it is connected renews it, and later tokens are used', async () => {
    const id = await connectedId();
    const before = await world.tokens.load(world.scope, id);
    expect(await connectedId()).toBe(id);
    const after = await world.tokens.load(world.scope, id);
    expect(after?.version).toBe((before?.version ?? 0) + 1);
    expect(after?.accessToken).not.toBe(before?.accessToken);
  });

  test('CON9 another account, another provider and another user are other connections', async () => {
    const neighbour = await world.createUserIn(world.scope.workspaceId);
    const parts = [
      { person: 'runner' },
      { person: 'cyclist' },
      { person: 'runner', provider: 'other' },
      { person: 'runner', as: neighbour },
    ];
    for (const { person, ...rest } of parts) {
      await world.connect(person, rest);
      world.clock.advance(1);
    }
    expect((await connections()).map(({ provider }) => provider)).toEqual(['sample', 'sample', 'other']);
    const { body } = await world.call('listConnections', { as: neighbour, path: { userId: 'me' } });
    expect(ListConnectionsAnswer.parse(body).connections).toHaveLength(1);
  });

  test('CON9 two consents of one account that come back at once become one connection with tokens that work', async () => {
    const queries = [
      world.cloud.consent((await begin()).url, 'runner'),
      world.cloud.consent((await begin()).url, 'runner'),
    ];
    const answers = await Promise.all(
      queries.map((query) => world.call('finishConsent', { path: SAMPLE, query })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const all = await connections();
    expect(all).toHaveLength(1);
    expect(await world.tokens.load(world.scope, ConnectionId.parse(all[0]?.id))).toBeDefined();
  });
});

describe('ending', () => {
  const end = (connectionId: string, query?: Record<string, string>) =>
    world.call('disconnect', {
      as: 'key',
      path: { connectionId },
      ...(query === undefined ? {} : { query }),
    });

  test('CON10 the grant is ended at the provider and the tokens go; a repeat changes nothing', async () => {
    const id = await connectedId();
    const first = await end(id);
    expect([first.status, first.body['grant'], first.body['data']]).toEqual([200, 'ended', 'kept']);
    expect(world.cloud.revoked).toEqual(['runner']);
    expect(await world.tokens.load(world.scope, id)).toBeUndefined();
    const seq = (await world.headStore.load(world.scope))?.seq;
    expect((await end(id)).body).toMatchObject({ grant: 'none', connection: { status: 'disconnected' } });
    expect((await world.headStore.load(world.scope))?.seq).toBe(seq);
    expect(world.cloud.revoked).toEqual(['runner']);
  });

  test('CON10 a grant that another living connection uses stays, until the last one ends', async () => {
    const neighbour = await world.createUserIn(world.scope.workspaceId);
    const stranger = await world.createUser();
    const id = await connectedId();
    await world.connect('runner', { as: neighbour });
    await world.connect('runner', { as: stranger });
    expect((await end(id)).body['grant']).toBe('in_use');
    for (const [user, expected] of [
      [neighbour, 'in_use'],
      [stranger, 'ended'],
    ] as const) {
      const list = await world.call('listConnections', { as: user, path: { userId: 'me' } });
      const [connection] = ListConnectionsAnswer.parse(list.body).connections;
      const path = { userId: 'me', connectionId: connection?.id ?? '' };
      expect((await world.call('disconnect', { as: user, path })).body['grant']).toBe(expected);
    }
    expect(world.cloud.revoked).toEqual(['runner']);
  });

  test('CON10 a provider that refuses or does not answer delays no disconnect', async () => {
    const id = await connectedId();
    world.cloud.outage = { path: '/me/grant', status: 500 };
    expect((await end(id)).body).toMatchObject({
      grant: 'unconfirmed',
      connection: { status: 'disconnected' },
    });
    expect(await world.tokens.load(world.scope, id)).toBeUndefined();
  });

  test('CON10 with data=erase the erasure waits in the inbox, once, and what was fetched is forgotten', async () => {
    const id = await connectedId();
    const answer = await end(id, { data: 'erase' });
    expect(answer.body['data']).toBe('erasing');
    await end(id, { data: 'erase' });
    const entries = await world.runs.readInbox(world.scope, id, 50);
    expect(entries.filter(({ kind }) => kind === 'erase_data')).toHaveLength(1);
    expect(world.wakes.filter((woken) => woken === id)).toHaveLength(3);
    expect((await end(id, { data: 'forget' })).body['code']).toBe('request.invalid');
  });

  test('CON10 what is nobody’s connection is not found', async () => {
    const id = await connectedId();
    const neighbour = await world.createUserIn(world.scope.workspaceId);
    const operations: readonly Operation[] = [
      'getConnection',
      'disconnect',
      'startSync',
      'listSyncs',
      'listQuarantine',
    ];
    for (const operation of operations) {
      const foreign = { userId: neighbour.userId, connectionId: id };
      for (const path of [
        foreign,
        { connectionId: 'con_0000000000000000000000zzzz' },
        { connectionId: '../x' },
      ])
        expect((await world.call(operation, { as: 'key', path })).body['code']).toBe('connection.not_found');
    }
    expect(world.cloud.revoked).toEqual([]);
  });
});

describe('syncs', () => {
  test('CON14 a sync is asked for, and one that waits is the same', async () => {
    const connectionId = await connectedId();
    const start = () => world.call('startSync', { as: 'key', path: { connectionId } });
    const [first, second] = [await start(), await start()];
    expect([first.status, first.body]).toEqual([202, { syncId: expect.stringMatching(/^syn_/) }]);
    expect(second.body).toEqual(first.body);
    await world.call('disconnect', { as: 'key', path: { connectionId } });
    expect((await start()).body['code']).toBe('connection.disconnected');
  });

  test('CON14 backfills, replays, cursors and ids of the wrong shape are refused', async () => {
    const path = { connectionId: await connectedId() };
    const codeOf = async (operation: Operation, options: object) =>
      (await world.call(operation, { as: 'key', path, ...options })).body['code'];
    expect(await codeOf('startBackfill', { body: { from: 'yesterday', to: 'now' } })).toBe('request.invalid');
    const range = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
    expect(await codeOf('startBackfill', { body: { ...range, types: ['naps'] } })).toBe(
      'backfill.type_unknown',
    );
    expect(await codeOf('startBackfill', { body: { ...range, to: range.from } })).toBe(
      'backfill.range_invalid',
    );
    expect(await codeOf('replayPayloads', { body: { from: '2026-02-30', to: '2026-03-01' } })).toBe(
      'request.invalid',
    );
    for (const operation of ['listSyncs', 'listQuarantine'] as const)
      expect(await codeOf(operation, { query: { cursor: '%' } })).toBe('request.bad_cursor');
    expect(await codeOf('getSync', { path: { ...path, syncId: 'syn_1' } })).toBe('sync.not_found');
    const accepted = await world.call('startBackfill', { as: 'key', path, body: range });
    expect([accepted.status, accepted.body]).toEqual([202, { syncId: expect.stringMatching(/^syn_/) }]);
  });
});

test('CON14 the providers are listed with what they give, configured or not', async () => {
  const { body } = await world.call('listProviders', { as: 'key' });
  expect(ListProvidersAnswer.parse(body).providers.map(({ name, configured }) => [name, configured])).toEqual(
    [
      ['sample', true],
      ['other', true],
      ['unconfigured', false],
    ],
  );
});

test('CON5 nothing secret is in a log line, an answer, a change or a table, whatever happens', async () => {
  const texts: string[] = [];
  const note = ({ text, headers }: { readonly text: string; readonly headers: object }) =>
    texts.push(text, JSON.stringify(headers));
  const id = await connectedId();
  for (const person of ['runner', 'cyclist']) note(await world.connect(person));
  world.cloud.outage = { path: '/me' };
  note(await world.connect('swimmer'));
  world.cloud.outage = { path: '/token', status: 500 };
  note(await world.connect('swimmer'));
  world.cloud.outage = undefined;
  const query = world.cloud.consent((await begin()).url, 'runner');
  for (const headers of [HTML, {}, HTML])
    note(await world.call('finishConsent', { path: SAMPLE, query, headers }));
  note(await world.call('listConnections', { as: 'key' }));
  note(await world.call('disconnect', { as: 'key', path: { connectionId: id } }));
  texts.push(...world.lines, JSON.stringify(await world.headStore.loadAfter(world.scope, 0, 100)));
  const stored = JSON.stringify(await world.rawItems(world.scope), (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  expect(world.cloud.secrets.size).toBeGreaterThan(15);
  expect(world.lines.length).toBeGreaterThan(10);
  for (const secret of world.cloud.secrets)
    for (const text of [...texts, stored]) expect(text.includes(secret)).toBe(false);
});
