import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorkoutDecisionStore } from '../../lib/adapters/dynamo/workout-decision-store.ts';
import type { ChangeEntry } from '../../lib/outbox/model.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import type { DecisionStore, WorkoutDecision } from '../../lib/workouts/decisions/model.ts';
import { createStores, manualClock, START_MS, type Storage, type Stores } from './store-fixtures.ts';

const decision = (groupId: string, parts: Partial<WorkoutDecision> = {}): WorkoutDecision => ({
  groupId,
  memberIds: ['a', 'b'],
  choice: { kind: 'keep_both' },
  seq: 1,
  decidedAtMs: START_MS,
  ...parts,
});
const changeOf = (seq: number): Extract<ChangeEntry, { readonly kind: 'workout_decision' }> => ({
  kind: 'workout_decision',
  seq,
  committedAtMs: START_MS,
  correlationId: 'corr-1',
  groupId: 'g1',
  decision: 'keep_both',
  recordIds: ['a', 'b'],
});

/** What every DecisionStore keeps to: decisions with head and change entry, or nothing. */
export function workoutDecisionStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`decisions about workouts on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let store: DecisionStore;
    beforeAll(async () => {
      storage = await openStorage();
      stores = createStores(storage, manualClock());
      store = createWorkoutDecisionStore(storage.dynamo, storage.tables.core);
    });
    afterAll(() => storage?.stop());
    const put = (scope: UserScope, seq: number, made: WorkoutDecision, removeGroupIds: string[] = []) =>
      store.commit(scope, changeOf(seq), { put: made, removeGroupIds });

    test('WKT9 a decision comes back as it was, with the head one further and its change told', async () => {
      const scope = await stores.createUser();
      const chosen = decision('g2', { choice: { kind: 'primary', primaryId: 'b' }, seq: 2 });
      expect(await put(scope, 1, decision('g1'))).toBe('committed');
      expect(await put(scope, 2, chosen)).toBe('committed');
      expect(await store.list(scope)).toEqual([decision('g1'), chosen]);
      expect((await stores.headStore.load(scope))?.seq).toBe(2);
      expect(await stores.headStore.loadAfter(scope, 0, 5)).toEqual([changeOf(1), changeOf(2)]);
    });

    test('WKT9 on a head that moved meanwhile nothing is written', async () => {
      const scope = await stores.createUser();
      await put(scope, 1, decision('g1'));
      expect(await put(scope, 1, decision('g2'), ['g1'])).toBe('conflict');
      expect(await put(scope, 3, decision('g2'), ['g1'])).toBe('conflict');
      expect(await store.list(scope)).toEqual([decision('g1')]);
    });

    test('WKT9 one is replaced and others go in the same transaction', async () => {
      const scope = await stores.createUser();
      await put(scope, 1, decision('g1'));
      await put(scope, 2, decision('g2'));
      expect(await put(scope, 3, decision('g1', { seq: 3 }), ['g2', 'never'])).toBe('committed');
      expect(await store.list(scope)).toEqual([decision('g1', { seq: 3 })]);
      expect(await store.commit(scope, changeOf(4), { put: undefined, removeGroupIds: ['g1'] })).toBe(
        'committed',
      );
      expect(await store.list(scope)).toEqual([]);
    });

    test('WKT12 for a user who is erased nothing is written, and others are not seen', async () => {
      const [scope, other] = [await stores.createUser(), await stores.createUser()];
      await put(other, 1, decision('g1'));
      await stores.eraseUser(scope);
      expect(await put(scope, 2, decision('g1'))).toBe('erased');
      expect(await store.list(scope)).toEqual([]);
    });
  });
}
