import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAnnouncements } from '../../lib/adapters/dynamo/announcements.ts';
import type { Announcements, BackfillEnd } from '../../lib/connections/syncs/announcements.ts';
import {
  createStores,
  manualClock,
  START_MS,
  type Storage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

const END: BackfillEnd = {
  kind: 'backfill',
  committedAtMs: START_MS,
  correlationId: 'corr-1',
  connectionId: 'con_1',
  provider: 'garmin',
  syncId: 'syn_1',
  dataType: 'dailies',
  status: 'succeeded',
  fromMs: 1,
  toMs: 2,
  counts: { fetched: 3, accepted: 2, updated: 0, duplicate: 1, refused: 0 },
};

/** Every promise of Announcements (lib/connections/syncs/announcements.ts), on one storage. */
export function announcementsContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`Announcements on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let announcements: Announcements;
    beforeAll(async () => {
      storage = await openStorage();
      const clock = manualClock();
      stores = createStores(storage, clock);
      const coreTable = storage.tables.core;
      const randomness = seededRandomness(5);
      announcements = createAnnouncements({ dynamo: storage.dynamo, coreTable, clock, randomness });
    });
    afterAll(() => storage?.stop());

    test('OBX1 the end of a backfill is announced once per type, behind what was committed before', async () => {
      const scope = await stores.createUser();
      expect(await announcements.announceBackfill(scope, END)).toBe('announced');
      expect(await announcements.announceBackfill(scope, { ...END, correlationId: 'again' })).toBe(
        'repeated',
      );
      expect(await announcements.announceBackfill(scope, { ...END, dataType: 'sleeps' })).toBe('announced');
      expect(await stores.headStore.loadAfter(scope, 0, 9)).toEqual([
        { ...END, seq: 1 },
        { ...END, dataType: 'sleeps', seq: 2 },
      ]);
    });

    test('OBX1 ten at the same time are ten changes without a gap', async () => {
      const scope = await stores.createUser();
      const types = Array.from({ length: 10 }, (_, index) => `type-${index}`);
      const outcomes = await Promise.all(
        types.map((dataType) => announcements.announceBackfill(scope, { ...END, dataType })),
      );
      expect(new Set(outcomes)).toEqual(new Set(['announced']));
      const seqs = (await stores.headStore.loadAfter(scope, 0, 20)).map(({ seq }) => seq);
      expect(seqs).toEqual(types.map((_, index) => index + 1));
    });

    test('OBX1 nothing is announced of an erased user', async () => {
      const scope = await stores.createUser();
      await stores.eraseUser(scope);
      expect(await announcements.announceBackfill(scope, END)).toBe('gone');
    });
  });
}
