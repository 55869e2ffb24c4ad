import type { BlockColumns } from './codec/block-columns.ts';

export interface RowAddress {
  readonly part: number;
  readonly row: number;
}

/**
 * Finds a record id anywhere in a bucket (ING2: another start replaces the earlier sample). An open-addressed
 * table over the low halves of the 64-bit hashes: a Map of bigints costs ten times as much to fill.
 */
export class RecordIndex {
  readonly #columns: readonly BlockColumns[];
  readonly #words: readonly Uint32Array[];
  readonly #firstIds: readonly number[];
  readonly #table: Int32Array;

  constructor(columns: readonly BlockColumns[]) {
    this.#columns = columns;
    this.#words = columns.map(
      ({ recordHashes }) =>
        new Uint32Array(recordHashes.buffer, recordHashes.byteOffset, recordHashes.length * 2),
    );
    const firstIds: number[] = [];
    let total = 0;
    for (const { count } of columns) {
      firstIds.push(total);
      total += count;
    }
    this.#firstIds = firstIds;
    this.#table = new Int32Array(tableSizeFor(total)).fill(-1);
    this.#fill();
  }

  find(recordHash: bigint): RowAddress | undefined {
    const mask = this.#table.length - 1;
    let slot = Number(recordHash & 0xffff_ffffn) & mask;
    for (;;) {
      const id = this.#table[slot] ?? -1;
      if (id === -1) return undefined;
      const address = this.#addressOf(id);
      if (this.#columns[address.part]?.recordHashes[address.row] === recordHash) return address;
      slot = (slot + 1) & mask;
    }
  }

  #fill(): void {
    const mask = this.#table.length - 1;
    this.#words.forEach((words, part) => {
      const firstId = this.#firstIds[part] ?? 0;
      for (let row = 0; row * 2 < words.length; row += 1) {
        const low = words[row * 2] ?? 0;
        if (low === 0 && words[row * 2 + 1] === 0) continue;
        let slot = low & mask;
        while (this.#table[slot] !== -1) slot = (slot + 1) & mask;
        this.#table[slot] = firstId + row;
      }
    });
  }

  #addressOf(id: number): RowAddress {
    let part = this.#firstIds.length - 1;
    while (part > 0 && (this.#firstIds[part] ?? 0) > id) part -= 1;
    return { part, row: id - (this.#firstIds[part] ?? 0) };
  }
}

/** A power of two at least twice the rows, so that chains stay short and one slot is always free. */
function tableSizeFor(rowCount: number): number {
  let size = 8;
  while (size < rowCount * 2) size *= 2;
  return size;
}
