import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../core/instants.ts';
import { coalesceItems, groupByPerson, type PersonalItem, type PushWish } from './push-wishes.ts';

const windowItem = (fromMs: number, toMs: number, dataType = 'steps', replaces = false): PersonalItem => ({
  kind: 'changed',
  providerUserId: 'runner',
  dataType,
  at: { kind: 'window', window: { fromMs: fromMs as EpochMs, toMs: toMs as EpochMs }, replaces },
});
const record = (id: string): PersonalItem => ({
  kind: 'changed',
  providerUserId: 'runner',
  dataType: 'sleep',
  at: { kind: 'record', id },
});
const windowsOf = (wishes: readonly PushWish[]) =>
  wishes.flatMap((wish) => (wish.kind === 'window' ? [[wish.window.fromMs, wish.window.toMs]] : []));

describe('what the items of one person come to', () => {
  test('CON58 the five-minute windows of a morning are one', () => {
    const items = Array.from({ length: 60 }, (_, index) =>
      windowItem(index * 5 * MINUTE_MS, (index + 1) * 5 * MINUTE_MS),
    );
    expect(windowsOf(coalesceItems(items))).toEqual([[0, 5 * HOUR_MS]]);
    expect(coalesceItems(items.toReversed())).toEqual(coalesceItems(items));
  });

  test('CON58 windows of other types, of another meaning, or far apart stay apart', () => {
    const items = [
      windowItem(0, HOUR_MS),
      windowItem(0, HOUR_MS, 'distance'),
      windowItem(0, HOUR_MS, 'steps', true),
      windowItem(2 * HOUR_MS + 1, 3 * HOUR_MS),
    ];
    expect(coalesceItems(items)).toHaveLength(4);
  });

  test('CON58 joining stops at a day', () => {
    const items = Array.from({ length: 30 }, (_, hour) => windowItem(hour * HOUR_MS, (hour + 1) * HOUR_MS));
    expect(windowsOf(coalesceItems(items))).toEqual([
      [0, 24 * HOUR_MS],
      [24 * HOUR_MS, 30 * HOUR_MS],
    ]);
  });

  test('CON58 a repeat within a notification counts once, and the order of the rest is kept', () => {
    const deleted: PersonalItem = {
      kind: 'deleted',
      providerUserId: 'runner',
      dataType: 'sleep',
      id: '1',
    };
    const items = [record('1'), deleted, record('1'), record('2'), windowItem(0, 5), record('2')];
    expect(coalesceItems(items).map((wish) => wish.kind)).toEqual(['record', 'deletion', 'record', 'window']);
  });

  test('CON58 whatever the windows, each moment that was named is in one of the joined ones', () => {
    const windows = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 1, max: 2_000 })),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(windows, (pairs) => {
        const items = pairs.map(([from, minutes]) =>
          windowItem(from * MINUTE_MS, (from + minutes) * MINUTE_MS),
        );
        const joined = windowsOf(coalesceItems(items));
        for (const [from, minutes] of pairs) {
          const [fromMs, toMs] = [from * MINUTE_MS, (from + minutes) * MINUTE_MS];
          expect(joined.some(([a = 0, b = 0]) => a <= fromMs && b >= toMs)).toBe(true);
        }
        expect(joined.length).toBeLessThanOrEqual(pairs.length);
      }),
      { seed: 20_261_121, numRuns: 300 },
    );
  });

  test('CON57 the items of each person stay in order', () => {
    const other = { ...record('9'), providerUserId: 'cyclist' };
    const groups = groupByPerson([record('1'), other, record('2')]);
    expect([...groups]).toEqual([
      ['runner', [record('1'), record('2')]],
      ['cyclist', [other]],
    ]);
  });
});
