import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type {
  LocalStore,
  LocalTransaction,
  QueuedChange,
  ServerRow,
} from '../../lib/client/store/local-store.ts';

const row = (id: string, parts: Partial<ServerRow> = {}): ServerRow => ({
  type: 'sessions',
  id,
  version: 1,
  deleted: false,
  data: { notes: 'a' },
  updatedAtMs: 1_790_000_000_000,
  generation: 1,
  ...parts,
});
const queued = (requestId: string, order: number, parts: Partial<QueuedChange> = {}): QueuedChange => ({
  type: 'sessions',
  id: 's1',
  order,
  requestId,
  state: 'pending',
  payload: '{}',
  attemptCount: 0,
  nextAttemptAtMs: 0,
  code: undefined,
  version: undefined,
  conflictId: undefined,
  ...parts,
});

/** What every LocalStore keeps (CLI1). */
export function localStoreContract(name: string, open: () => LocalStore): void {
  describe(`local rows in ${name}`, () => {
    let store: LocalStore;
    const inside = <Value>(work: (transaction: LocalTransaction) => Value | Promise<Value>) =>
      store.transaction(async (transaction) => work(transaction));
    beforeEach(async () => {
      store = open();
      await store.open(1);
    });
    afterEach(() => store.close());

    test('CLI1 a new store says so, and what it is from then on', async () => {
      const fresh = open();
      expect(await fresh.open(3)).toBeUndefined();
      expect(await fresh.open(3)).toBe(3);
      expect(await fresh.open(2)).toBe(3);
      await fresh.close();
    });

    test('CLI1 what a transaction that rejects has written is gone, and its error comes out', async () => {
      await inside(async (transaction) => {
        await transaction.saveRows([row('s1')]);
        await transaction.saveQueued([queued('r1', 1)]);
        await transaction.saveValue('a', '1');
      });
      const fault = new Error('in the middle');
      const failed = inside(async (transaction) => {
        await transaction.saveRows([row('s1', { version: 2 }), row('s2')]);
        await transaction.saveQueued([queued('r1', 1, { state: 'sending' }), queued('r2', 2, { id: 's2' })]);
        await transaction.removeQueued(['r1']);
        await transaction.saveValue('a', undefined);
        await transaction.saveValue('b', '2');
        await transaction.removeRowsBefore(5);
        throw fault;
      });
      await expect(failed).rejects.toBe(fault);
      await inside(async (transaction) => {
        expect(await transaction.listRows('sessions')).toEqual([row('s1')]);
        expect(await transaction.listQueue()).toEqual([queued('r1', 1)]);
        expect(await transaction.listValues('')).toEqual(expect.arrayContaining([['a', '1']]));
        expect(await transaction.loadValue('b')).toBeUndefined();
      });
    });

    test('CLI1 transactions run one after the other, also after one that failed', async () => {
      const add = async (transaction: LocalTransaction) => {
        const count = Number((await transaction.loadValue('count')) ?? 0);
        await Promise.resolve();
        await transaction.saveValue('count', String(count + 1));
      };
      const fail = inside(async () => {
        throw new Error('no');
      }).catch(() => undefined);
      await Promise.all([inside(add), fail, inside(add), inside(add)]);
      expect(await inside((transaction) => transaction.loadValue('count'))).toBe('3');
    });

    test('CLI1 a row counts when its version or its generation is greater', async () => {
      const saved = (...saves: readonly ServerRow[]) =>
        inside(async (transaction) => {
          for (const save of saves) await transaction.saveRows([save]);
          return transaction.loadRow('sessions', 's1');
        });
      const newer = row('s1', { version: 5, data: { notes: 'five' } });
      expect(await saved(newer, row('s1', { version: 4 }))).toEqual(newer);
      expect(await saved(row('s1', { version: 4, generation: 2 }))).toMatchObject({
        version: 4,
        generation: 2,
      });
      expect(await saved(row('s1', { version: 9, generation: 1, deleted: true, data: {} }))).toMatchObject({
        version: 9,
        deleted: true,
        generation: 2,
      });
    });

    test('CLI1 rows are found by key, type, absence and generation, tombstones only by key', async () => {
      const many = Array.from({ length: 250 }, (_, index) => row(`s${String(index).padStart(4, '0')}`));
      await inside(async (transaction) => {
        await transaction.saveRows([
          ...many,
          row('x', { type: 'goals', generation: 2 }),
          row('t', { deleted: true, data: {} }),
        ]);
        const ids = many.map(({ id }) => id);
        expect(await transaction.loadRows('sessions', [...ids, 'nobody'])).toHaveLength(250);
        expect((await transaction.listRows('sessions')).map(({ id }) => id)).toEqual(ids);
        expect(await transaction.listMissing('sessions', ['nobody', 's0001', 't'])).toEqual(['nobody', 't']);
        expect(await transaction.loadRow('sessions', 't')).toMatchObject({ deleted: true });
        expect(await transaction.listTypes()).toEqual(['goals', 'sessions']);
        expect(await transaction.removeRowsBefore(2)).toEqual(['sessions']);
        expect(await transaction.listTypes()).toEqual(['goals']);
      });
    });

    test('CLI1 children and orphans are found through the reference', async () => {
      const child = (id: string, sessionId: unknown, parts: Partial<ServerRow> = {}) =>
        row(id, { type: 'consumptions', data: { sessionId }, ...parts });
      const relation = { child: 'consumptions', field: 'sessionId', parent: 'sessions' };
      await inside(async (transaction) => {
        await transaction.saveRows([
          row('s1'),
          row('s2', { deleted: true, data: {} }),
          child('c1', 's1'),
          child('c2', 's2'),
          child('c3', 's3'),
          child('c4', null),
          child('c5', 's1'),
          child('c6', 's1', { deleted: true, data: {} }),
        ]);
        expect(await transaction.listOrphans(relation, 10)).toEqual(['c2', 'c3']);
        expect(await transaction.listOrphans(relation, 1)).toEqual(['c2']);
        expect(await transaction.listChildren(relation, ['s1', 's3'], 10)).toEqual(['c1', 'c3', 'c5']);
        expect(await transaction.listChildren(relation, ['s1'], 1)).toEqual(['c1']);
      });
      await inside(async (transaction) => {
        await transaction.saveRows([child('c1', 's3', { version: 2 })]);
        expect(await transaction.listChildren(relation, ['s1'], 10)).toEqual(['c5']);
      });
    });

    test('CLI1 the queue keeps the order of writing, by row too, and replaces by request id', async () => {
      const full = queued('r9', 4, {
        state: 'refused',
        code: 'sync.invalid_data',
        version: 3,
        conflictId: 'c',
        attemptCount: 2,
        nextAttemptAtMs: 5,
      });
      const many = Array.from({ length: 95 }, (_, index) => queued(`m${index}`, 10 + index, { id: 's7' }));
      await inside(async (transaction) => {
        await transaction.saveQueued([
          queued('r2', 2),
          queued('r1', 1),
          queued('r3', 3, { id: 's2' }),
          full,
          ...many,
        ]);
        await transaction.saveQueued([queued('r3', 3, { id: 's1' })]);
        expect((await transaction.listQueue('sessions', 's1')).map(({ requestId }) => requestId)).toEqual([
          'r1',
          'r2',
          'r3',
          'r9',
        ]);
        expect(await transaction.listQueue('sessions', 's2')).toEqual([]);
        expect(await transaction.listQueue('goals')).toEqual([]);
        expect((await transaction.listQueue('sessions'))[3]).toEqual(full);
        await transaction.removeQueued(['r1', 'nobody', ...many.map(({ requestId }) => requestId)]);
        expect((await transaction.listQueue()).map(({ requestId }) => requestId)).toEqual(['r2', 'r3', 'r9']);
      });
    });

    test('CLI1 values are listed by prefix in the order of names', async () => {
      await inside(async (transaction) => {
        for (const name of ['id#b', 'id#a', 'idle', 'ic']) await transaction.saveValue(name, name);
        expect(await transaction.listValues('id#')).toEqual([
          ['id#a', 'id#a'],
          ['id#b', 'id#b'],
        ]);
      });
    });
  });
}
