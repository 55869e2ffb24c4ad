import { expect, test } from 'vitest';
import { newSortableId } from '../../core/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import { systemRandomness } from '../../core/randomness.ts';
import { takenAtOfRawKey } from './raw-store.ts';

test('CON38 a key tells when what it names was on its way: by its sync’s id, or by its push’s moment', () => {
  for (const ms of [0, 1, 1_795_262_400_123, 2 ** 48 - 1]) {
    const sync = `syn_${newSortableId(ms as EpochMs, systemRandomness)}`;
    expect(takenAtOfRawKey(`con_1/2026-11-21/${sync}/sleep/0`)).toBe(ms);
  }
  expect(takenAtOfRawKey('con_1/2026-11-21/push-1795262400123/sleep/0')).toBe(1_795_262_400_123);
  for (const odd of ['', 'con_1/2026-11-21', 'con_1/2026-11-21/syn_x/sleep/0', 'c/d/push-/t/n'])
    expect(takenAtOfRawKey(odd)).toBeUndefined();
});
