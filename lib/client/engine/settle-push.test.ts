import { beforeEach, describe, expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { createFakeSyncServer, type FakeSyncServer } from '../../../test/support/fake-sync-server.ts';
import { openDevice, type SyncDevice } from '../../../test/support/sync-device.ts';
import type { Transport } from '../transport.ts';
import type { WireChange } from './plan-push.ts';

interface SentPush {
  readonly operationId: string;
  readonly changes: readonly WireChange[];
}

let server: FakeSyncServer;
let phone: SyncDevice;
let tablet: SyncDevice;
beforeEach(async () => {
  server = createFakeSyncServer(SYNC_SCHEMA);
  phone = await openDevice(server, 'phone');
  tablet = await openDevice(server, 'tablet');
});

const bodies = (): readonly string[] =>
  server.requests.filter(({ path }) => path === '/v1/sync/push').map(({ body }) => body ?? '');
const pushes = (): readonly SentPush[] => bodies().map((body) => JSON.parse(body));
const changesOf = (index: number) => pushes()[index]?.changes ?? [];
const journal = (data: Readonly<Record<string, unknown>> = { title: 'a' }) =>
  phone.client.create('journal_entries', data);
const synced = async (data?: Readonly<Record<string, unknown>>) => {
  const id = await journal(data);
  await phone.client.sync();
  return id;
};

describe('conflicts and bases', () => {
  test('CLI9 trap 11: a deletion says which version it saw', async () => {
    const id = await synced();
    await phone.client.update('journal_entries', id, { title: 'b' });
    await phone.client.sync();
    await phone.client.delete('journal_entries', id);
    await phone.client.sync();
    expect(changesOf(2)).toMatchObject([{ op: 'delete', baseVersion: 2 }]);
    expect(changesOf(2)[0]).not.toHaveProperty('data');
    expect(await phone.client.conflicts()).toEqual([]);
  });

  test('CLI9 a merged write ends with the row as it is and a note of what it said', async () => {
    const id = await synced();
    await tablet.client.sync();
    await tablet.client.update('journal_entries', id, { title: 'tablet' });
    server.nowMs += 10;
    await phone.client.update('journal_entries', id, { title: 'phone' });
    await tablet.client.sync();
    expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { conflictCount: 1 } });
    expect(await phone.client.get('journal_entries', id)).toMatchObject({
      version: 3,
      state: 'synced',
      data: { title: 'phone' },
    });
    expect(await phone.client.conflicts()).toMatchObject([
      { id, outcome: 'ADOPT_SERVER', data: { title: 'phone' } },
    ]);
  });

  test('CLI9 an update of a row that the server deleted and forgot ends with its deletion, though no image comes', async () => {
    const transport: Transport = {
      async send(request) {
        const answer = await server.transport.send(request);
        if (request.path !== '/v1/sync/push') return answer;
        const body = JSON.parse(answer.body);
        for (const conflict of body.conflicts ?? []) conflict.server = null;
        return { ...answer, body: JSON.stringify(body) };
      },
    };
    const late = await openDevice(server, 'late', { transport });
    const id = await late.client.create('journal_entries', { title: 'a' });
    await late.client.sync();
    await late.client.update('journal_entries', id, { title: 'late' });
    server.forgetHistory();
    expect(await late.client.sync()).toMatchObject({ outcome: 'completed', push: { conflictCount: 1 } });
    expect(await late.client.get('journal_entries', id)).toBeUndefined();
    expect(await late.client.conflicts()).toMatchObject([
      { outcome: 'ADOPT_SERVER', serverOutcome: 'server_wins', data: { title: 'late' } },
    ]);
    expect(await late.client.queue()).toEqual([]);
    expect(await late.client.verify()).toBe('equal');
  });

  test('CLI9 an update of a row that somebody deleted ends with the deletion and a note', async () => {
    const id = await synced();
    await tablet.client.sync();
    await tablet.client.delete('journal_entries', id);
    await tablet.client.sync();
    await phone.client.update('journal_entries', id, { title: 'late' });
    await phone.client.sync();
    expect(await phone.client.get('journal_entries', id)).toBeUndefined();
    expect(await phone.client.conflicts()).toMatchObject([
      { outcome: 'ADOPT_SERVER', serverOutcome: 'server_wins', data: { title: 'late' } },
    ]);
    expect(await phone.client.queue()).toEqual([]);
    await expect(phone.client.update('journal_entries', id, { title: 'x' })).rejects.toMatchObject({
      code: 'ROW_NOT_FOUND',
    });
    await phone.client.create('journal_entries', { title: 'again' }, { id });
    await phone.client.sync();
    expect(server.row('journal_entries', id)).toMatchObject({
      version: 3,
      deleted: false,
      data: { title: 'again' },
    });
  });

  test('CLI9 a base is what the device saw: an edit behind a merge that it did not see keeps the older one', async () => {
    const id = await synced();
    await tablet.client.sync();
    await tablet.client.update('journal_entries', id, { mood: 'low' });
    await tablet.client.sync();
    await phone.client.update('journal_entries', id, { title: 'b' });
    server.fault('/v1/sync/push', 'reply lost');
    await phone.client.sync();
    await phone.client.update('journal_entries', id, { mood: 'high' });
    await phone.client.sync();
    expect(pushes().at(-1)?.changes).toMatchObject([{ baseVersion: 1, data: { mood: 'high' } }]);
  });

  test('CLI9 a base does not move past others by an acknowledgement alone', async () => {
    const id = await synced();
    await tablet.client.sync();
    await tablet.client.update('journal_entries', id, { mood: 'low' });
    await tablet.client.sync();
    // As an answer is that was too full for the rows of its conflicts.
    const full = {
      nowMs: server.nowMs,
      transport: {
        send: async (request: Parameters<typeof server.transport.send>[0]) => {
          const answer = await server.transport.send(request);
          return { ...answer, body: answer.body.replace(/"server":\{.*?\}\}/, '"server":null}') };
        },
      },
    };
    const device = await openDevice(full, 'phone', { storage: phone.storage });
    await device.client.update('journal_entries', id, { title: 'b' });
    server.fault('/v1/sync/changes', { status: 503 });
    expect(await device.client.sync()).toMatchObject({ push: { conflictCount: 1 } });
    expect(await phone.client.get('journal_entries', id)).toMatchObject({ version: 1, data: { title: 'b' } });
    await phone.client.update('journal_entries', id, { mood: 'high' });
    await phone.client.sync();
    expect(pushes().at(-1)?.changes).toMatchObject([{ baseVersion: 1, data: { mood: 'high' } }]);
  });

  test('CLI10 what was refused goes with the edit that mends it as one change on what the device sees by then', async () => {
    const id = await synced();
    await tablet.client.sync();
    server.refuse = ({ data }) =>
      data?.['title'] === 'bad' ? { code: 'sync.invalid_data', retryable: false } : undefined;
    await phone.client.update('journal_entries', id, { title: 'bad', mood: 'low' });
    await phone.client.sync();
    await tablet.client.update('journal_entries', id, { isPrivate: true });
    await tablet.client.sync();
    await phone.client.sync();
    await phone.client.update('journal_entries', id, { title: 'good' });
    expect(await phone.client.sync()).toMatchObject({ push: { acceptedCount: 1, requestCount: 1 } });
    expect(pushes().at(-1)?.changes).toMatchObject([
      { baseVersion: 2, data: { title: 'good', mood: 'low' } },
    ]);
  });

  test('CLI9 a manual conflict waits, shows, and ends when it is decided here', async () => {
    const id = await synced();
    server.outcome = () => 'manual';
    await phone.client.update('journal_entries', id, { title: 'mine' });
    await phone.client.sync();
    expect(await phone.client.get('journal_entries', id)).toMatchObject({
      state: 'conflicted',
      data: { title: 'mine' },
    });
    await phone.client.sync();
    const [note] = await phone.client.conflicts();
    expect(note).toMatchObject({ outcome: 'MANUAL_REQUIRED', data: { title: 'mine' } });
    await expect(phone.client.resolve('nobody', { strategy: 'server' })).rejects.toMatchObject({
      code: 'CONFLICT_NOT_FOUND',
    });
    await phone.client.resolve(note?.conflictId ?? '', { strategy: 'client' });
    expect(await phone.client.conflicts()).toMatchObject([{ outcome: 'REBASE_AND_RETRY' }]);
    expect(await phone.client.status()).toMatchObject({ conflictedCount: 0 });
  });

  test('CLI9 a manual conflict that is decided elsewhere is skipped', async () => {
    const id = await synced();
    server.outcome = () => 'manual';
    await phone.client.update('journal_entries', id, { title: 'mine' });
    await phone.client.sync();
    server.openConflicts.clear();
    await phone.client.sync();
    expect(await phone.client.get('journal_entries', id)).toMatchObject({
      state: 'synced',
      data: { title: 'a' },
    });
    expect(await phone.client.conflicts()).toMatchObject([{ outcome: 'SKIPPED', data: { title: 'mine' } }]);
  });

  test('CLI8 a row that the server knows under another id is that row for everybody here', async () => {
    const device = await phone.client.create('devices', { name: 'd', mac: 'm' });
    const known = '019aa8e2-5f00-7a31-9c1d-2b6f4e8d0a11';
    server.put('devices', known, { name: 'old', mac: 'm' });
    server.rename = ({ id }) => (id === device ? known : undefined);
    server.refuse = ({ entityType }) =>
      entityType === 'sessions' ? { code: 'sync.contention', retryable: true } : undefined;
    const session = await phone.client.create('sessions', {
      startedAt: '2026-11-21T10:00:00Z',
      deviceId: device,
    });
    await phone.client.sync();
    server.refuse = undefined;
    server.nowMs += 600_000;
    await phone.client.sync();
    expect(server.row('sessions', session)).toMatchObject({ data: { deviceId: known } });
    expect(await phone.client.get('devices', device)).toMatchObject({ id: known, state: 'synced' });
    expect(await phone.client.query('devices')).toMatchObject([{ id: known }]);
    await phone.client.update('devices', device, { name: 'new' });
    await phone.client.sync();
    expect(server.row('devices', known)).toMatchObject({ data: { name: 'new' } });
  });
});
