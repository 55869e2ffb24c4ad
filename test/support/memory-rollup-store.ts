import type { RollupRow } from '../../lib/projections/model.ts';
import type { RollupStore } from '../../lib/projections/rollup-store.ts';

/** One user's rollups in memory, with the condition of the port. */
export class MemoryRollupStore implements RollupStore {
  readonly rows = new Map<string, RollupRow>();
  saveCount = 0;

  async save(_scope: unknown, row: RollupRow): Promise<'saved' | 'superseded'> {
    this.saveCount += 1;
    const name = `${row.metric}/${row.date}`;
    const stored = this.rows.get(name);
    const isOlder =
      stored === undefined ||
      stored.computeVersion < row.computeVersion ||
      (stored.computeVersion === row.computeVersion && stored.inputs.sum < row.inputs.sum);
    if (!isOlder) return 'superseded';
    this.rows.set(name, row);
    return 'saved';
  }

  async load(_scope: unknown, range: Parameters<RollupStore['load']>[1]): Promise<readonly RollupRow[]> {
    return [...this.rows.values()]
      .filter(({ metric, date }) => metric === range.metric && date >= range.from && date <= range.to)
      .sort((left, right) => (left.date < right.date ? -1 : 1));
  }
}
