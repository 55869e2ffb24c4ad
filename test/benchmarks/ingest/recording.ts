import { toIsoWithOffset } from '../../../lib/core/instants.ts';
import { resolveWallClock } from '../../../lib/core/zones.ts';
import { Batcher, type ImportBatch } from '../../../lib/imports/batches.ts';
import type { WallClockReading } from '../../../lib/imports/model.ts';
import { openImportFile } from '../../../lib/imports/open-file.ts';

export const RECORDING = 'test/data/fitabase/minute-heart-rate-steps.csv.gz';
const ZONE = 'America/New_York';

export interface BenchSample {
  readonly owner: string;
  readonly metric: string;
  readonly start: string;
  readonly end: string | undefined;
  readonly value: number;
  readonly unit: string;
}

/** Every sample of the recording, in file order, as the ingest request carries it. */
export async function readRecording(): Promise<readonly BenchSample[]> {
  const samples: BenchSample[] = [];
  const { items } = await openImportFile(RECORDING, () => {});
  for await (const item of items) {
    if (item.kind !== 'sample') continue;
    const { metric, start, end, value = 0, unit } = item.sample;
    samples.push({
      owner: item.owner,
      metric,
      start: toInstant(start),
      end: end === undefined ? undefined : toInstant(end),
      value,
      unit,
    });
  }
  return samples;
}

/** The same in batches of 500, one wearer each. */
export async function readBatches(): Promise<readonly ImportBatch[]> {
  const batcher = new Batcher();
  const batches: ImportBatch[] = [];
  for (const { owner, ...sample } of await readRecording()) {
    const { end, ...rest } = sample;
    const full = batcher.add(
      owner,
      { provider: 'fitbit', device: { type: 'band' } },
      { ...rest, ...(end === undefined ? {} : { end }) },
      ZONE,
    );
    if (full !== undefined) batches.push(full);
  }
  return [...batches, ...batcher.rest()];
}

function toInstant(time: string | WallClockReading): string {
  if (typeof time === 'string') return time;
  const { instantMs, offsetMinutes } = resolveWallClock(ZONE, time.wallMs);
  return toIsoWithOffset(instantMs, offsetMinutes);
}
