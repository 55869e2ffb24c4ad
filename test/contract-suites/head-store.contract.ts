import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseChangeItem } from '../../lib/adapters/dynamo/change-item.ts';
import type { ChangeEntry } from '../../lib/outbox/model.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import {
  changeOf,
  commitOf,
  createStores,
  emptyHead,
  manualClock,
  START_MS,
  type Storage,
  type Stores,
  storedBlock,
} from './store-fixtures.ts';

const PRIVACY = { uploadEnabled: false, blockedMetrics: ['weight'] };
const PRIORITIES = { orders: { '*': ['garmin'] }, changedAt: { '*': 1 } };
const prioritiesChange = (seq: number): ChangeEntry => ({
  kind: 'priorities',
  seq,
  committedAtMs: START_MS,
  correlationId: 'corr-1',
  metrics: ['steps'],
});

/** Every promise of HeadStore and ChangeFeed (lib/samples/head-store.ts), on one storage. */
export function headStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`HeadStore and ChangeFeed on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    beforeAll(async () => {
      storage = await openStorage();
      stores = createStores(storage, manualClock());
    });
    afterAll(() => storage?.stop());
    const load = (scope: UserScope) => stores.headStore.load(scope);

    test('ING13 a user who does not exist has no head', async () => {
      const scope = await stores.createUser();
      expect(await load(scope)).toEqual(emptyHead);
      await stores.removeHead(scope);
      expect(await load(scope)).toBeUndefined();
    });

    test('ING10 settings are saved one by one or together and raise their version, not seq', async () => {
      const scope = await stores.createUser();
      expect(await stores.headStore.saveSettings(scope, 0, { timeZone: 'Europe/Berlin' })).toBe('saved');
      expect(await load(scope)).toEqual({ ...emptyHead, settingsVersion: 1, timeZone: 'Europe/Berlin' });
      expect(await stores.headStore.saveSettings(scope, 1, { privacy: PRIVACY })).toBe('saved');
      expect(await stores.headStore.saveSettings(scope, 2, { privacy: PRIVACY, timeZone: 'UTC' })).toBe(
        'saved',
      );
      expect(await load(scope)).toEqual({
        ...emptyHead,
        settingsVersion: 3,
        timeZone: 'UTC',
        privacy: PRIVACY,
      });
    });

    test('ING10 settings read at an older version are a conflict and change nothing', async () => {
      const scope = await stores.createUser();
      await stores.headStore.saveSettings(scope, 0, { timeZone: 'UTC' });
      expect(await stores.headStore.saveSettings(scope, 0, { privacy: PRIVACY })).toBe('conflict');
      expect((await load(scope))?.privacy).toEqual(emptyHead.privacy);
    });

    test('ING5 an erased user, or one without a head, saves neither settings nor priorities', async () => {
      for (const remove of [stores.eraseUser, stores.removeHead]) {
        const scope = await stores.createUser();
        await remove(scope);
        const before = await load(scope);
        expect(await stores.headStore.saveSettings(scope, 0, { timeZone: 'UTC' })).toBe('erased');
        const change = prioritiesChange(2);
        expect(await stores.headStore.savePriorities(scope, 1, PRIORITIES, change)).toBe('erased');
        expect(await load(scope)).toEqual(before);
        expect(await stores.headStore.loadAfter(scope, 0, 10)).toEqual([]);
      }
    });

    test('OBX1 priorities, seq and change entry are written together or not at all', async () => {
      const scope = await stores.createUser();
      const save = (readSeq: number, seq: number) =>
        stores.headStore.savePriorities(scope, readSeq, PRIORITIES, prioritiesChange(seq));
      expect(await save(0, 1)).toBe('saved');
      expect(await load(scope)).toEqual({ ...emptyHead, seq: 1, priorities: PRIORITIES });
      expect(await stores.headStore.loadAfter(scope, 0, 10)).toEqual([prioritiesChange(1)]);
      expect(await save(0, 1)).toBe('conflict');
      expect(await save(0, 2)).toBe('conflict');
      expect(await save(1, 1)).toBe('conflict');
      expect((await stores.headStore.loadAfter(scope, 0, 10)).map(({ seq }) => seq)).toEqual([1]);
    });

    test('OBX7 entries come after the given number, in the order of numbers, at most the limit', async () => {
      const scope = await stores.createUser();
      for (let seq = 1; seq <= 12; seq += 1) {
        const commit = commitOf({ ...emptyHead, seq: seq - 1 }, `r${seq}`, [storedBlock({ version: seq })]);
        expect(await stores.samples.commit(scope, commit)).toBe('committed');
      }
      const seqs = async (since: number, limit: number) =>
        (await stores.headStore.loadAfter(scope, since, limit)).map(({ seq }) => seq);
      expect(await seqs(0, 100)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(await seqs(8, 3)).toEqual([9, 10, 11]);
      expect(await seqs(12, 3)).toEqual([]);
      expect(await stores.headStore.loadAfter(scope, 11, 1)).toEqual([
        changeOf(12, [storedBlock({ version: 12 })]),
      ]);
    });

    test('OBX1 what the table holds is what the relay reads, as the stream gives it', async () => {
      const scope = await stores.createUser();
      const blocks = [storedBlock()];
      await stores.samples.commit(scope, commitOf(emptyHead, 'r1', blocks));
      const items = await stores.rawItems(scope);
      const image = items.find(({ sk }) => sk?.S?.startsWith('CHANGE#'));
      expect(parseChangeItem(JSON.parse(JSON.stringify(image)))).toEqual({
        scope,
        entry: changeOf(1, blocks),
      });
      expect(image?.['ttl']?.N).toBe(String(START_MS / 1_000 + 97 * 86_400));
    });

    test('OBX3 a small change entry, a clean ledger row and the head are under a write unit each', async () => {
      const scope = await stores.createUser();
      const metrics = ['heart_rate', 'steps', 'distance', 'spo2', 'hrv_rmssd', 'energy', 'temp', 'resp'];
      const blocks = metrics.map((metric) => storedBlock({ ref: { ...storedBlock().ref, metric } }));
      await stores.samples.commit(scope, commitOf(emptyHead, 'r1', blocks));
      for (const item of await stores.rawItems(scope)) {
        expect(Buffer.byteLength(JSON.stringify(item)), item['sk']?.S).toBeLessThan(1_024);
      }
    });
  });
}
