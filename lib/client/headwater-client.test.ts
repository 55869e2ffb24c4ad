import { expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import { createFakeSyncServer } from '../../test/support/fake-sync-server.ts';
import { openDevice } from '../../test/support/sync-device.ts';

test('CLI2 CLI3 a write is on the device at once, is sent with the next sync, and reaches the other device', async () => {
  const server = createFakeSyncServer(SYNC_SCHEMA);
  const phone = await openDevice(server, 'phone');
  const tablet = await openDevice(server, 'tablet');
  const id = await phone.client.create('journal_entries', { title: 'a', tags: ['x'] });
  expect(await phone.client.get('journal_entries', id)).toMatchObject({
    version: 0,
    state: 'pending',
    data: { title: 'a' },
  });
  expect(await phone.client.sync()).toMatchObject({ outcome: 'completed', push: { acceptedCount: 1 } });
  expect(await phone.client.get('journal_entries', id)).toMatchObject({ version: 1, state: 'synced' });
  await tablet.client.sync();
  expect(await tablet.client.query('journal_entries')).toMatchObject([
    { id, version: 1, data: { title: 'a', tags: ['x'] } },
  ]);
  expect(await phone.client.verify()).toBe('equal');
  expect(await tablet.client.verify()).toBe('equal');
});
