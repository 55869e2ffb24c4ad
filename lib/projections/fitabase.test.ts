import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createProjectionWorld, scope } from '../../test/support/projection-fixtures.ts';
import type { LocalDate } from '../core/instants.ts';
import { requireRollupMetric } from '../reads/parse-query.ts';
import { listRollups } from './list-rollups.ts';
import { projectBatch } from './project-batch.ts';

const FILE = new URL('../../test/data/fitabase/minute-heart-rate-steps.csv.gz', import.meta.url);
const WEARER = '2022484408';
const SOURCES = { band: { provider: 'fitbit', device: { type: 'band' } } };
const BATCH_SIZE = 250;

const rows = gunzipSync(readFileSync(FILE))
  .toString('utf8')
  .split('\n')
  .map((line) => line.split(','))
  .filter(([wearer]) => wearer === WEARER)
  .map(([, time = '', heartRate = '', , steps = '']) => ({ time, heartRate, steps }));

function samplesOf({ time, heartRate, steps }: (typeof rows)[number]): readonly object[] {
  const startMs = Date.parse(`${time}-04:00`);
  const start = new Date(startMs).toISOString();
  const base = { source: 'band', start, zoneOffsetMinutes: -240 };
  const end = new Date(startMs + 60_000).toISOString();
  return [
    ...(heartRate === '' ? [] : [{ ...base, metric: 'heart_rate', value: Number(heartRate), unit: 'bpm' }]),
    ...(steps === '' ? [] : [{ ...base, end, metric: 'steps', value: Number(steps), unit: 'count' }]),
  ];
}

test('PRJ6 a month of real minutes: every row is READY and equals what the file says', {
  timeout: 60_000,
}, async () => {
  const world = createProjectionWorld();
  for (let from = 0; from < rows.length; from += BATCH_SIZE) {
    const samples = rows.slice(from, from + BATCH_SIZE).flatMap(samplesOf);
    const answer = await world.ingest({ requestId: `part-${from}`, sources: SOURCES, samples });
    expect(answer.status).toBe(200);
  }
  const messages = world.messages();
  for (let from = 0; from < messages.length; from += 10) {
    const report = await projectBatch(world.deps, messages.slice(from, from + 10));
    expect(report.failed.size).toBe(0);
  }
  const page = await listRollups(world.deps, scope, {
    metrics: ['steps', 'heart_rate'].map(requireRollupMetric),
    from: '2016-03-25' as LocalDate,
    to: '2016-05-20' as LocalDate,
    period: 'day',
    explain: false,
    wait: false,
    minSeq: undefined,
    limit: 1_000,
    after: undefined,
  });
  const days = Map.groupBy(rows, ({ time }) => time.slice(0, 10));
  expect(page.rollups).toHaveLength(2 * 57);
  for (const row of page.rollups) {
    const minutes = days.get(row.date) ?? [];
    const column = row.metric === 'steps' ? 'steps' : 'heartRate';
    const values = minutes
      .map((minute) => minute[column])
      .filter((text) => text !== '')
      .map(Number);
    expect([row.date, row.metric, row.status]).toEqual([
      row.date,
      row.metric,
      values.length === 0 ? 'NO_DATA' : 'READY',
    ]);
    expect(row.count).toBe(values.length);
    if (values.length === 0) continue;
    const sum = values.reduce((all, value) => all + value, 0);
    if (row.metric === 'steps') expect(row.sum).toBe(sum);
    expect(row.mean).toBe(sum / values.length);
    expect([row.min, row.max]).toEqual([Math.min(...values), Math.max(...values)]);
  }
});
