import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import type { Head } from '../samples/model.ts';
import { eraseUser } from './erase-user.ts';

const SCOPE = {
  workspaceId: 'ws_01kah3v5w8f0xq9d3m7t2c6e4r' as WorkspaceId,
  userId: 'usr_01kah3v5w8f0xq9d3m7t2c6e4r' as UserId,
};
const HEAD: Head = {
  seq: 3,
  settingsVersion: 0,
  timeZone: undefined,
  privacy: { uploadEnabled: true, blockedMetrics: [] },
  priorities: { orders: {}, changedAt: {} },
  erasedAtMs: undefined,
  series: {},
  sources: {},
};

test('CON11 grants are ended before the head is marked and once more before the key is shredded', async () => {
  const steps: string[] = [];
  const never = () => Promise.reject(new Error('not part of an erasure'));
  const user = {
    userId: SCOPE.userId,
    externalId: 'x',
    profile: { email: undefined, displayName: undefined },
  };
  await eraseUser(
    {
      users: {
        findByExternalId: never,
        create: never,
        load: async () => ({ ...user, timeZone: undefined, createdAtMs: 0 as EpochMs, version: 1 }),
        saveProfile: never,
        list: never,
        listUserIds: never,
        erase: async () => {
          steps.push('marked');
          return 'erased';
        },
      },
      heads: { load: async () => HEAD, saveSettings: never, savePriorities: never },
      dataKeys: { shred: async () => void steps.push('shredded') },
      grants: { endAll: async () => void steps.push('grants ended') },
      clock: { now: () => 0 as EpochMs, sleep: async () => undefined },
    },
    SCOPE,
    'corr-1',
  );
  expect(steps).toEqual(['grants ended', 'marked', 'grants ended', 'shredded']);
});
