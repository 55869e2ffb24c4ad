import type { Faults } from '../faults/faults.ts';
import { partitionOf, type StreamRecord } from './stream-record.ts';

export type Batch = readonly StreamRecord[];

/**
 * Lanes of batches: lanes run side by side, batches of a lane one after the other, and all records of a
 * partition key are in one lane in their order (ParallelizationFactor). With the fault switch on each key
 * has batches of its own, and the keys come in any order, as if they lay in different shards. Within a
 * batch the sequence numbers always rise, which the meaning of a reported failure rests on.
 */
export function planBatches(
  records: readonly StreamRecord[],
  settings: { readonly batchSize: number; readonly laneCount: number; readonly faults: Faults },
): readonly (readonly Batch[])[] {
  const { batchSize, laneCount, faults } = settings;
  const lanes: StreamRecord[][] = Array.from({ length: laneCount }, () => []);
  for (const record of records) lanes[laneOf(partitionOf(record), laneCount)]?.push(record);
  return lanes
    .filter(({ length }) => length > 0)
    .map((lane) => {
      const units = faults.isOn ? faults.reorder(groupByPartition(lane)) : [lane];
      return units.flatMap((unit) => chunk(unit, batchSize));
    });
}

function groupByPartition(records: readonly StreamRecord[]): readonly Batch[] {
  const groups = new Map<string, StreamRecord[]>();
  for (const record of records) {
    const group = groups.get(partitionOf(record));
    if (group === undefined) groups.set(partitionOf(record), [record]);
    else group.push(record);
  }
  return [...groups.values()];
}

function chunk(records: Batch, size: number): Batch[] {
  const chunks: Batch[] = [];
  for (let from = 0; from < records.length; from += size) chunks.push(records.slice(from, from + size));
  return chunks;
}

function laneOf(partition: string, laneCount: number): number {
  let hash = 0;
  for (let index = 0; index < partition.length; index += 1) {
    hash = (Math.imul(hash, 31) + partition.charCodeAt(index)) | 0;
  }
  return Math.abs(hash) % laneCount;
}
