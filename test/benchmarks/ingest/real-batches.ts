import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface RealBatch {
  readonly user: string;
  /** A batch-upsert request as its sender would write it. */
  readonly body: Buffer;
  readonly sampleCount: number;
}

const SAMPLES_PER_BATCH = 500;

/**
 * The real minutes of test/data/fitabase as batches of 500 samples: 250 minutes of one wearer, each with a
 * heart rate and a step count (the backfill mix of docs/benchmarks.md), with record ids when wanted.
 */
export function realBatches(withRecordIds: boolean): readonly RealBatch[] {
  const csv = gunzipSync(readFileSync('test/data/fitabase/minute-heart-rate-steps.csv.gz')).toString();
  const byUser = new Map<string, string[][]>();
  for (const line of csv.trim().split('\n').slice(1)) {
    const cells = line.split(',');
    const user = cells[0] ?? '';
    const rows = byUser.get(user) ?? [];
    byUser.set(user, rows);
    rows.push(cells);
  }
  return [...byUser].flatMap(([user, rows]) => batchesOf(user, rows, withRecordIds));
}

function batchesOf(user: string, rows: readonly string[][], withRecordIds: boolean): readonly RealBatch[] {
  const batches: RealBatch[] = [];
  for (let from = 0; from < rows.length; from += SAMPLES_PER_BATCH / 2) {
    const samples = rows
      .slice(from, from + SAMPLES_PER_BATCH / 2)
      .flatMap((row) => samplesOf(row, withRecordIds));
    const body = { requestId: `${user}-${from}`, origin: 'backfill', sources: { w: SOURCE }, samples };
    batches.push({ user, body: Buffer.from(JSON.stringify(body)), sampleCount: samples.length });
  }
  return batches;
}

const SOURCE = { provider: 'fitbit', device: { manufacturer: 'Fitbit', model: 'Charge HR', type: 'watch' } };

function samplesOf(
  [user, time = '', heartRate, , steps]: readonly string[],
  withRecordIds: boolean,
): object[] {
  const start = `${time}-04:00`;
  const endMs = Date.parse(start) + 60_000;
  const end = `${new Date(endMs - 4 * 3_600_000).toISOString().slice(0, 19)}-04:00`;
  const recordId = (metric: string) => (withRecordIds ? { recordId: `${user}-${metric}-${time}` } : {});
  return [
    { source: 'w', metric: 'heart_rate', start, value: Number(heartRate), unit: 'bpm', ...recordId('hr') },
    { source: 'w', metric: 'steps', start, end, value: Number(steps), unit: 'count', ...recordId('st') },
  ];
}
