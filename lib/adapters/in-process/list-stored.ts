import { metricOf } from '../../../contracts/metrics/catalog.ts';
import type { StoredReading } from '../../connections/syncs/data-writer.ts';
import { bucketAt } from '../../core/time-buckets.ts';
import { AppError } from '../../problems/app-error.ts';
import type { TimeWindow } from '../../providers/model.ts';
import type { HeadStore } from '../../samples/head-store.ts';
import type { Sample, UserScope } from '../../samples/model.ts';
import type { BlockReader } from '../../samples/sample-store.ts';

/** Payload that one look may read: a month of minutes of a metric has about 1 MB. */
const MAX_BYTES = 16_000_000;

export interface ListStoredDependencies {
  readonly heads: Pick<HeadStore, 'load'>;
  readonly reader: BlockReader;
  readonly decode: (payload: Uint8Array) => readonly Sample[];
}

/** See DataWriter.listStored. Throws AppError read.range_too_large for more than can be held at once. */
export async function listStored(
  { heads, reader, decode }: ListStoredDependencies,
  scope: UserScope,
  wanted: { readonly provider: string; readonly metrics: readonly string[]; readonly window: TimeWindow },
): Promise<readonly StoredReading[]> {
  const head = await heads.load(scope);
  const readings: StoredReading[] = [];
  for (const code of wanted.metrics) {
    const metric = metricOf(code);
    if (metric === undefined) continue;
    const { fromMs, toMs } = wanted.window;
    const range = {
      metric: code,
      fromBucket: bucketAt(fromMs, metric.bucket),
      toBucket: bucketAt(toMs - 1, metric.bucket),
    };
    const { blocks, complete } = await reader.readBlocks(scope, range, MAX_BYTES);
    if (!complete) throw new AppError('read.range_too_large', 'the window holds more than can be compared');
    for (const { ref, payload } of blocks) {
      if (head?.sources[ref.sourceId]?.provider !== wanted.provider) continue;
      for (const { startMs, endMs, deletedAtMs } of decode(payload)) {
        if (deletedAtMs !== undefined || startMs < fromMs || startMs >= toMs) continue;
        readings.push({ metric: code, startMs, endMs, sourceId: ref.sourceId });
      }
    }
  }
  return readings;
}
