import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createImpactStore } from '../../lib/adapters/dynamo/impact-store.ts';
import { createSessionDirectory } from '../../lib/adapters/dynamo/session-directory.ts';
import { type EpochMs, HOUR_MS } from '../../lib/core/instants.ts';
import type { ImpactStore } from '../../lib/impact/impact-store.ts';
import type { ImpactRow, SessionFacts, WindowFigures } from '../../lib/impact/model.ts';
import type { SessionChange, SessionDirectory } from '../../lib/impact/session-directory.ts';
import {
  createStores,
  manualClock,
  START_MS,
  type Storage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

const window: WindowFigures = { mean: 70, min: 60, max: 80, count: 2, coverage: 1 };
const rowOf = (sum: number, change: Partial<ImpactRow> = {}): ImpactRow => ({
  metric: 'heart_rate',
  sessionId: 'session-1',
  startedAtMs: START_MS,
  inputs: { digest: `digest-of-${sum}`, sum, sourceSeq: sum },
  computeVersion: 1,
  computedAtMs: START_MS,
  outcome: { kind: 'complete' },
  figures: {
    count: 6,
    before: window,
    during: window,
    after: window,
    deltaDuring: 0,
    deltaDuringPct: 0,
    deltaAfter: 0,
    deltaAfterPct: 0,
    isReliable: true,
  },
  ...change,
});
const factsOf = (
  sessionId: string,
  startedAtMs: number,
  change: Partial<SessionFacts> = {},
): SessionFacts => ({
  sessionId,
  version: 3,
  startedAtMs: startedAtMs as EpochMs,
  endedAtMs: (startedAtMs + HOUR_MS) as EpochMs,
  status: 'COMPLETED',
  credit: { kind: 'primary', productId: 'product-1' },
  ...change,
});
const changeOf = (seq: number, facts: SessionFacts | undefined, sessionId = 'session-1'): SessionChange => ({
  sessionId: facts?.sessionId ?? sessionId,
  asOf: { epoch: 'log', seq },
  facts,
});
const ALL = { fromMs: 0 as EpochMs, toMs: (START_MS + 100 * HOUR_MS) as EpochMs };

/** Every promise of ImpactStore and SessionDirectory (lib/impact), on one storage. */
export function impactStoresContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`impact on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let impacts: ImpactStore;
    let directory: SessionDirectory;
    beforeAll(async () => {
      storage = await openStorage();
      const clock = manualClock();
      stores = createStores(storage, clock);
      const rest = {
        coreTable: storage.tables.core,
        dataKeys: stores.vault,
        randomness: seededRandomness(5),
      };
      impacts = createImpactStore({ dynamo: storage.dynamo, ...rest });
      directory = createSessionDirectory({ dynamo: storage.dynamo, ...rest, clock });
    });
    afterAll(() => storage?.stop());

    test('PRJ2 a row of impact comes back as it was saved, is replaced by newer inputs alone, and can be removed', async () => {
      const scope = await stores.createUser();
      const range = { metric: 'heart_rate', fromMs: START_MS, toMs: START_MS };
      expect(await impacts.save(scope, rowOf(5))).toBe('saved');
      expect(await impacts.save(scope, rowOf(4))).toBe('superseded');
      expect(await impacts.load(scope, range)).toEqual([rowOf(5)]);
      expect(await impacts.save(scope, rowOf(6, { outcome: { kind: 'partial', reason: 'r' } }))).toBe(
        'saved',
      );
      const ofVersion = (version: number, sum: number) =>
        rowOf(sum, { inputs: { digest: `digest-of-${version}.${sum}`, version, sum, sourceSeq: sum } });
      expect(await impacts.save(scope, ofVersion(2, 3))).toBe('saved');
      expect(await impacts.save(scope, ofVersion(1, 9))).toBe('superseded');
      expect(await impacts.save(scope, ofVersion(2, 3))).toBe('superseded');
      expect(await impacts.load(scope, range)).toEqual([ofVersion(2, 3)]);
      expect(await impacts.save(scope, ofVersion(2, 6))).toBe('saved');
      const later = rowOf(1, { sessionId: 'session-2', startedAtMs: (START_MS + 1) as EpochMs });
      expect(await impacts.save(scope, later)).toBe('saved');
      expect((await impacts.load(scope, range)).map(({ inputs }) => inputs.sum)).toEqual([6]);
      expect(await impacts.load(scope, { ...range, metric: 'spo2' })).toEqual([]);
      await impacts.remove(scope, { sessionId: 'session-1', startedAtMs: START_MS }, ['heart_rate', 'spo2']);
      await impacts.remove(scope, { sessionId: 'session-1', startedAtMs: START_MS }, ['heart_rate']);
      expect(await impacts.load(scope, { ...range, ...ALL })).toEqual([later]);
    });

    test('SIP6 sessions are listed in the order of their start, between two instants and behind a place', async () => {
      const scope = await stores.createUser();
      const listed = [
        factsOf('a', START_MS, { endedAtMs: undefined, status: 'ACTIVE', credit: { kind: 'none' } }),
        factsOf('b', START_MS),
        factsOf('c', START_MS + 1, { credit: { kind: 'single', productId: 'product-2' } }),
      ];
      for (const facts of [...listed].reverse())
        expect(await directory.save(scope, changeOf(1, facts), undefined)).toBe('saved');
      expect(await directory.list(scope, { ...ALL, limit: 10 })).toEqual(listed);
      expect(await directory.list(scope, { ...ALL, limit: 2 })).toEqual(listed.slice(0, 2));
      expect(await directory.list(scope, { ...ALL, after: listed[0], limit: 10 })).toEqual(listed.slice(1));
      const first = { fromMs: START_MS, toMs: START_MS, limit: 10 };
      expect(await directory.list(scope, first)).toEqual(listed.slice(0, 2));
      const ids = async (afterId?: string) =>
        (await directory.listPointers(scope, { afterId, limit: 2 })).map(({ sessionId }) => sessionId);
      expect([await ids(), await ids('b')]).toEqual([['a', 'b'], ['c']]);
    });

    test('SIP6 a session lies at one place: it is moved and deleted by whoever read it as it is', async () => {
      const scope = await stores.createUser();
      const pointer = async () => (await directory.loadPointers(scope, ['session-1'])).get('session-1');
      const here = factsOf('session-1', START_MS);
      const there = factsOf('session-1', START_MS + HOUR_MS, { version: 4 });
      expect(await directory.save(scope, changeOf(1, here), undefined)).toBe('saved');
      expect(await directory.save(scope, changeOf(2, there), undefined)).toBe('conflict');
      const read = await pointer();
      expect(await directory.save(scope, changeOf(2, there), read)).toBe('saved');
      expect(await directory.save(scope, changeOf(2, here), read)).toBe('conflict');
      expect(await directory.list(scope, { ...ALL, limit: 10 })).toEqual([there]);
      // Of one commit, and yet another state: the place tells them apart.
      const again = await pointer();
      expect(await directory.save(scope, changeOf(2, here), again)).toBe('saved');
      expect(await directory.save(scope, changeOf(2, undefined), again)).toBe('conflict');
      expect(await directory.save(scope, changeOf(3, undefined), await pointer())).toBe('saved');
      expect(await directory.list(scope, { ...ALL, limit: 10 })).toEqual([]);
      expect(await pointer()).toEqual({ sessionId: 'session-1', asOf: { epoch: 'log', seq: 3 } });
    });

    test('SIP6 the mark moves only from where it was read', async () => {
      const scope = await stores.createUser();
      const at = (seq: number) => ({ epoch: 'log', seq });
      expect(await directory.loadMark(scope)).toBeUndefined();
      await directory.advanceMark(scope, undefined, at(4));
      await directory.advanceMark(scope, undefined, at(9));
      expect(await directory.loadMark(scope)).toEqual(at(4));
      await directory.advanceMark(scope, at(3), at(9));
      await directory.advanceMark(scope, at(4), at(7));
      expect(await directory.loadMark(scope)).toEqual(at(7));
    });

    test('SIP10 without a data key nothing is written and nothing is told', async () => {
      const scope = await stores.createUser();
      await stores.vault.shred(scope);
      expect(await impacts.save(scope, rowOf(5))).toBe('superseded');
      expect(await directory.save(scope, changeOf(1, factsOf('a', START_MS)), undefined)).toBe('gone');
      await directory.advanceMark(scope, undefined, { epoch: 'log', seq: 1 });
      expect(await directory.loadMark(scope)).toBeUndefined();
      expect(await directory.list(scope, { ...ALL, limit: 10 })).toEqual([]);
    });
  });
}
