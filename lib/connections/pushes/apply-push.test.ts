import { describe, expect, test } from 'vitest';
import type { PushReceived } from '../../../contracts/commands/push-received.ts';
import type { ConnectionId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { connectionOf } from '../../../test/support/connection-builders.ts';
import { directoryOf, PUSH_NOW_MS, pushStores } from '../../../test/support/push-world.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ConnectionStatus, InboxEntry } from '../model.ts';
import { dataTypeOfRawKey, rawKeyOf } from '../syncs/raw-store.ts';
import { type ApplyDependencies, applyPush } from './apply-push.ts';

interface Place {
  readonly scope: UserScope;
  readonly connectionId: ConnectionId;
}

const scopeOf = (user: number): UserScope => ({
  workspaceId: 'ws_01kah3v5w8f0xq9d3m7t2c6e4r' as WorkspaceId,
  userId: `usr_${String(user).padStart(26, '0')}` as UserId,
});

/** Connections by the ids that the provider knows their people by; inboxes in memory, as RunStore keeps them. */
function open() {
  const people = new Map<string, Place[]>();
  const connections = new Map<ConnectionId, ReturnType<typeof connectionOf>>();
  const inboxes = new Map<ConnectionId, Map<string, InboxEntry>>();
  const woken: ConnectionId[] = [];
  const noted = new Map<ConnectionId, number>();
  const sealed: string[] = [];
  const failing = new Map<ConnectionId, AppError>();
  const stores = pushStores();
  const deps: ApplyDependencies = {
    providers: directoryOf(),
    bodies: stores.bodies,
    connections: {
      findByProviderUser: async (provider, person) =>
        provider === 'sample' ? (people.get(person) ?? []) : [],
      load: async (_scope, connectionId) => connections.get(connectionId),
      notePush: async (_scope, connectionId, atMs) => void noted.set(connectionId, atMs),
    },
    runs: {
      addToInbox: async (_scope, connectionId, entries) => {
        const failure = failing.get(connectionId);
        if (failure !== undefined) throw failure;
        const inbox = inboxes.get(connectionId) ?? new Map<string, InboxEntry>();
        for (const entry of entries) if (!inbox.has(entry.entryId)) inbox.set(entry.entryId, entry);
        inboxes.set(connectionId, inbox);
      },
    },
    syncs: { wake: async (_scope, connectionId) => void woken.push(connectionId) },
    payloads: {
      put: async (_scope, place, body) => {
        sealed.push(new TextDecoder().decode(body));
        return rawKeyOf(place);
      },
    },
  };
  let userCount = 0;
  const connect = (ids: readonly string[], status: ConnectionStatus = 'connected'): ConnectionId => {
    userCount += 1;
    const connection = connectionOf({ provider: 'sample', status });
    connections.set(connection.connectionId, connection);
    const place = { scope: scopeOf(userCount), connectionId: connection.connectionId };
    for (const id of ids) people.set(id, [...(people.get(id) ?? []), place]);
    return connection.connectionId;
  };
  const entriesOf = (connectionId: ConnectionId) =>
    [...(inboxes.get(connectionId)?.values() ?? [])].toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1));
  return { deps, connect, entriesOf, woken, noted, sealed, failing, kept: stores.kept };
}

const pushOf = (notifications: unknown, parts: Partial<PushReceived> = {}): PushReceived => ({
  provider: 'sample',
  receivedAtMs: PUSH_NOW_MS,
  headers: {},
  correlationId: 'c-1',
  body: Buffer.from(
    typeof notifications === 'string' ? notifications : JSON.stringify(notifications),
  ).toString('base64'),
  ...parts,
});

describe('whose it is', () => {
  test('CON57 every connection of the person gets it, whichever of their ids the push names', async () => {
    const { deps, connect, entriesOf, woken, noted } = open();
    const first = connect(['runner', 'old-runner']);
    const second = connect(['runner']);
    const applied = await applyPush(deps, pushOf([{ kind: 'record', person: 'runner', id: '7' }]));
    expect(applied).toMatchObject({ connectionCount: 2, entryCount: 2, unknownUserCount: 0 });
    await applyPush(
      deps,
      pushOf([{ kind: 'record', person: 'old-runner', id: '8' }], { receivedAtMs: PUSH_NOW_MS + 1 }),
    );
    expect(entriesOf(first)).toMatchObject([
      { kind: 'record', id: '7', dataType: 'steps', receivedAtMs: PUSH_NOW_MS },
      { kind: 'record', id: '8' },
    ]);
    expect(entriesOf(second)).toMatchObject([{ id: '7' }]);
    expect(woken).toEqual([first, second, first]);
    expect([noted.get(first), noted.get(second)]).toEqual([PUSH_NOW_MS + 1, PUSH_NOW_MS]);
  });

  test('CON57 people that nobody connected, or who disconnected, are counted and nothing else', async () => {
    const { deps, connect, entriesOf, woken } = open();
    const ended = connect(['gone'], 'disconnected');
    const paused = connect(['paused'], 'needs_reauth');
    const notifications = ['stranger', 'gone', 'paused'].map((person) => ({
      kind: 'record',
      person,
      id: '1',
    }));
    expect(await applyPush(deps, pushOf(notifications))).toMatchObject({
      unknownUserCount: 2,
      connectionCount: 1,
    });
    expect(entriesOf(ended)).toEqual([]);
    expect(woken).toEqual([paused]);
  });

  test('CON57 a user who was erased meanwhile is as unknown as any', async () => {
    const { deps, connect, failing } = open();
    failing.set(connect(['runner']), new AppError('user.not_found', 'gone'));
    expect(await applyPush(deps, pushOf([{ kind: 'left', person: 'runner' }]))).toMatchObject({
      unknownUserCount: 1,
    });
  });

  test('CON60 a batch of 99 items of many people reaches each of them, with what nobody can read among it', async () => {
    const { deps, connect, entriesOf } = open();
    const ids = Array.from({ length: 9 }, (_, index) => connect([`person-${index}`]));
    const notifications = Array.from({ length: 99 }, (_, index) =>
      index % 11 === 10
        ? { kind: 'steps', person: 5 }
        : { kind: 'record', person: `person-${index % 9}`, id: String(index) },
    );
    const applied = await applyPush(deps, pushOf(notifications));
    expect(applied).toMatchObject({ itemCount: 99, unreadableCount: 9, entryCount: 90, connectionCount: 9 });
    expect(ids.flatMap((id) => entriesOf(id))).toHaveLength(90);
  });
});

describe('what it says', () => {
  test('CON57 each kind of notification becomes its entry, in the order sent', async () => {
    const { deps, connect, entriesOf, sealed } = open();
    const connectionId = connect(['runner']);
    const person = 'runner';
    await applyPush(
      deps,
      pushOf([
        { kind: 'deleted', person, id: '1' },
        { kind: 'data', person, payload: { steps: [] } },
        { kind: 'left', person },
        { kind: 'scopes', person, scopes: ['steps'] },
        { kind: 'steps', person, fromMs: 10, toMs: 20 },
        { kind: 'advert' },
      ]),
    );
    expect(entriesOf(connectionId)).toMatchObject([
      { kind: 'deletion', dataType: 'steps', id: '1' },
      { kind: 'payload', dataType: 'steps' },
      { kind: 'deauthorized' },
      { kind: 'permissions', grantedScopes: ['steps'] },
      { kind: 'window', window: { fromMs: 10, toMs: 20 }, replaces: false },
    ]);
    expect(sealed).toEqual(['{"steps":[]}']);
  });

  test('CON61 data that came within a push is in the entry by its key only', async () => {
    const { deps, connect, entriesOf, sealed } = open();
    const connectionId = connect(['runner']);
    const told = { kind: 'data', person: 'runner', payload: { steps: 'secret-value' } };
    await applyPush(deps, pushOf([told]));
    await applyPush(deps, pushOf([told]));
    const [entry] = entriesOf(connectionId);
    expect(JSON.stringify(entry)).not.toContain('secret-value');
    const rawKey = entry?.kind === 'payload' ? entry.rawKey : '';
    expect(rawKey.startsWith(`${connectionId}/2026-11-21/`)).toBe(true);
    expect(dataTypeOfRawKey(rawKey)).toBe('steps');
    expect(sealed).toEqual(['{"steps":"secret-value"}', '{"steps":"secret-value"}']);
  });

  test('CON53 a notification that cannot be read is counted, and its body kept', async () => {
    const { deps, kept } = open();
    const applied = await applyPush(deps, pushOf('{"cut": ['));
    expect(applied).toMatchObject({ unreadableCount: 1, itemCount: 1 });
    expect(new TextDecoder().decode(kept.get(applied.keptAs ?? ''))).toBe('{"cut": [');
  });

  test('CON53 what is understood and not taken is counted apart, and its body not kept', async () => {
    const { deps, kept } = open();
    expect(await applyPush(deps, pushOf([{ kind: 'advert' }]))).toMatchObject({
      ignoredCount: 1,
      unreadableCount: 0,
      keptAs: undefined,
    });
    expect(kept.size).toBe(0);
  });

  test('CON52 a body in the bucket is read from there; one whose days are over is counted', async () => {
    const { deps, connect, entriesOf } = open();
    const connectionId = connect(['runner']);
    const body = Buffer.from(JSON.stringify([{ kind: 'left', person: 'runner' }]));
    const bodyKey = await deps.bodies.put(body);
    await applyPush(deps, pushOf([], { body: undefined, bodyKey }));
    expect(entriesOf(connectionId)).toHaveLength(1);
    expect(await applyPush(deps, pushOf([], { body: undefined, bodyKey: 'inbound/none' }))).toMatchObject({
      unreadableCount: 1,
      entryCount: 0,
    });
  });
});

describe('again', () => {
  const NOTIFICATIONS = [
    { kind: 'record', person: 'runner', id: '7' },
    { kind: 'deleted', person: 'runner', id: '7' },
  ];

  test('CON59 a message that is delivered again writes the same entries', async () => {
    const { deps, connect, entriesOf } = open();
    const connectionId = connect(['runner']);
    await applyPush(deps, pushOf(NOTIFICATIONS));
    const before = entriesOf(connectionId);
    await applyPush(deps, pushOf(NOTIFICATIONS));
    expect(entriesOf(connectionId)).toEqual(before);
    expect(before.map(({ kind }) => kind)).toEqual(['record', 'deletion']);
  });

  test('CON59 a later notification of the same words is another entry: the first may be under way', async () => {
    const { deps, connect, entriesOf } = open();
    const connectionId = connect(['runner']);
    await applyPush(deps, pushOf(NOTIFICATIONS));
    await applyPush(deps, pushOf(NOTIFICATIONS, { receivedAtMs: PUSH_NOW_MS + 1 }));
    expect(entriesOf(connectionId)).toHaveLength(4);
  });

  test('CON60 one person that cannot be served now fails the message after all others were', async () => {
    const { deps, connect, entriesOf, failing } = open();
    const [first, second, third] = [connect(['a']), connect(['b']), connect(['c'])];
    failing.set(first, new AppError('server.unavailable', 'does not answer'));
    const notifications = ['a', 'b', 'c'].map((person) => ({ kind: 'record', person, id: '1' }));
    await expect(applyPush(deps, pushOf(notifications))).rejects.toMatchObject({
      code: 'server.unavailable',
    });
    expect([second, third].map((id) => entriesOf(id).length)).toEqual([1, 1]);
    failing.clear();
    await applyPush(deps, pushOf(notifications));
    expect([first, second, third].map((id) => entriesOf(id).length)).toEqual([1, 1, 1]);
  });
});
