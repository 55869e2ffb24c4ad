import { expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { type SaidOutcome, type SentChange, SyncModel } from './sync-model.ts';

const PLACE = { entityType: 'user_settings', id: 'me' } as const;
const DELETION: SentChange = { ...PLACE, requestId: 'r-d', op: 'delete', hlc: '0000000005000-0000-phone' };

/** A row that tablet makes (at 1,000), deletes (at 2,000) and makes again (at 3,000), as far as `until` says. */
function modelUntil(until: 1 | 2 | 3) {
  const model = new SyncModel(SYNC_SCHEMA.entities, (what) => expect.unreachable(what));
  for (const version of [1, 2, 3].slice(0, until)) {
    const deleted = version === 2;
    const name = deleted ? 'deleted' : 'theme';
    model.begin(version * 1_000);
    model.adopt({
      type: PLACE.entityType,
      id: PLACE.id,
      version,
      deleted,
      data: deleted ? {} : { theme: 'dark' },
      stamps: { [name]: { hlc: `000000000${version}000-0000-tablet`, version } },
      elements: {},
    });
  }
  /** Living rows after a deletion that was answered with `version` at 4,000 and had arrived at `fromMs`. */
  const remove = (version: number, fromMs: number) => {
    const said: SaidOutcome = { kind: 'successful', version, id: PLACE.id };
    model.begin(4_000);
    model.apply({ ...DELETION, baseVersion: version }, said, { fromMs, untilMs: 4_000 });
    return model.livingRows().length;
  };
  return { remove };
}

test('SIM21 a deletion that found a tombstone and was answered after the row came back took nothing', () => {
  expect(modelUntil(3).remove(2, 2_500)).toBe(1);
});

test('SIM21 a deletion that found no row and was answered after one was made took nothing', () => {
  expect(modelUntil(1).remove(0, 500)).toBe(1);
});

test('SIM21 a deletion counts where the row was there for all of its request, whatever the answer says', () => {
  expect(modelUntil(3).remove(2, 3_500)).toBe(0);
  expect(modelUntil(1).remove(0, 1_500)).toBe(0);
});

test('SIM21 a deletion counts where what it read was a living row', () => {
  expect(modelUntil(3).remove(1, 500)).toBe(0);
  expect(modelUntil(1).remove(2, 500)).toBe(0);
});
