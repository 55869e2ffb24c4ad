import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import yazl from 'yazl';
import { readAppleHealth } from './apple-health.ts';
import { readMinuteCsv } from './minute-csv.ts';
import type { ImportItem } from './model.ts';
import { openImportFile } from './open-file.ts';

const FITABASE = 'test/data/fitabase/minute-heart-rate-steps.csv.gz';
const APPLE = 'test/data/apple-health/export.xml';

const collect = async (items: AsyncIterable<ImportItem>) => {
  const list: ImportItem[] = [];
  for await (const item of items) list.push(item);
  return list;
};
async function* chunksOf(text: string, size = 7) {
  for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
}
const record = (attributes: string) => `<HealthData><Record ${attributes}/></HealthData>`;
const samplesOf = (items: readonly ImportItem[]) =>
  items.flatMap((item) => (item.kind === 'sample' ? [item.sample] : []));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('minute CSV', () => {
  test('IMP1 every recorded minute of the real file is a heart rate and a steps interval', async () => {
    const { format, items } = await openImportFile(FITABASE, () => {});
    const list = await collect(items);
    expect(format).toBe('minute-csv');
    expect(list).toHaveLength(89_502 * 2);
    expect(new Set(list.map((item) => (item.kind === 'sample' ? item.owner : item.kind))).size).toBe(3);
    expect(list[0]).toMatchObject({
      owner: '2022484408',
      sample: { metric: 'heart_rate', value: 75, unit: 'bpm' },
    });
  });

  test('IMP2 a row that cannot be read is listed with its line, an empty cell is no data', async () => {
    const csv =
      'user_id,local_time,heart_rate_bpm,intensity,steps\n1,2016-04-02T09:49:00,,1,34\n1,2016-02-30T09:50:00,75,0,0\n1,2016-04-02T09:51:00,abc,0,\n';
    const list = await collect(readMinuteCsv(chunksOf(csv)));
    expect(samplesOf(list).map((sample) => [sample.metric, sample.value])).toEqual([['steps', 34]]);
    expect(list.filter((item) => item.kind === 'unreadable')).toEqual([
      { kind: 'unreadable', row: 3, reason: 'local_time is not a time' },
      { kind: 'unreadable', row: 4, reason: 'heart_rate_bpm is not a number' },
    ]);
  });
});

describe('Apple Health export', () => {
  test('IMP1 the real export gives its ten step counts, five distances and one workout', async () => {
    const list = await collect((await openImportFile(APPLE, () => {})).items);
    const metrics = samplesOf(list).map((sample) => sample.metric);
    expect(metrics.filter((metric) => metric === 'steps')).toHaveLength(10);
    expect(metrics.filter((metric) => metric === 'distance')).toHaveLength(5);
    expect(list.filter((item) => item.kind === 'workout')).toMatchObject([
      {
        source: { provider: 'apple_health', app: 'NJR Apple\u00a0Watch' },
        workout: {
          providerType: 'HKWorkoutActivityTypeOther',
          start: '2016-04-02T10:40:38+01:00',
          end: '2016-04-02T11:12:22+01:00',
          durationSec: 1_904.208,
          energyKcal: 139.317,
        },
      },
    ]);
    expect(list.some((item) => item.kind === 'unsupported' && item.type === 'ActivitySummary')).toBe(true);
    expect(samplesOf(list)[0]).toEqual({
      metric: 'steps',
      start: '2014-09-13T10:27:54+01:00',
      end: '2014-09-13T10:27:59+01:00',
      value: 329,
      unit: 'count',
    });
  });

  test('IMP1 the zip around it reads the same', async () => {
    const path = join(folder, 'export.zip');
    const zip = new yazl.ZipFile();
    zip.addBuffer(Buffer.from('<ClinicalDocument/>'.repeat(2_000)), 'apple_health_export/export_cda.xml');
    zip.addBuffer(await readFile(APPLE), 'apple_health_export/Export.xml');
    zip.end();
    await new Promise<void>((resolve, reject) =>
      zip.outputStream
        .pipe(createWriteStream(path))
        .on('close', () => resolve())
        .on('error', reject),
    );
    let readBytes = 0;
    const { format, items } = await openImportFile(path, (count) => {
      readBytes += count;
    });
    const fromZip = await collect(items);
    expect(format).toBe('apple-health-zip');
    expect(fromZip).toEqual(await collect(readAppleHealth(createReadStream(APPLE))));
    expect(readBytes).toBeGreaterThan(0);
  });

  test('IMP3 percentages of HealthKit are fractions', async () => {
    const xml = record(
      'type="HKQuantityTypeIdentifierOxygenSaturation" unit="%" value="0.97" startDate="2026-01-01 00:00:00 +0000" endDate="2026-01-01 00:00:00 +0000" sourceName="W"',
    );
    expect(samplesOf(await collect(readAppleHealth(chunksOf(xml))))).toEqual([
      { metric: 'spo2', start: '2026-01-01T00:00:00+00:00', value: 0.97, unit: 'fraction' },
    ]);
  });

  test('IMP3 the device tells its maker, model and type', async () => {
    const xml = record(
      'type="HKQuantityTypeIdentifierHeartRate" unit="count/min" value="61" startDate="2026-01-01 00:00:00 +0000" endDate="2026-01-01 00:00:00 +0000" sourceName="W" device="&lt;&lt;HKDevice: 0x1&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch7,4&gt;"',
    );
    const [item] = await collect(readAppleHealth(chunksOf(xml)));
    expect(item?.kind === 'sample' && item.source).toEqual({
      provider: 'apple_health',
      device: { manufacturer: 'Apple Inc.', model: 'Watch7,4', type: 'watch' },
      app: 'W',
    });
  });

  test('IMP3 a record inside a correlation is not read twice', async () => {
    const inner =
      '<Record type="HKQuantityTypeIdentifierBloodPressureSystolic" unit="mmHg" value="120" startDate="2026-01-01 00:00:00 +0000" endDate="2026-01-01 00:00:00 +0000" sourceName="W"/>';
    const list = await collect(
      readAppleHealth(chunksOf(`<HealthData>${inner}<Correlation>${inner}</Correlation></HealthData>`)),
    );
    expect(samplesOf(list)).toHaveLength(1);
  });

  test('IMP2 damaged XML and a file of no known format are refused with a reason', async () => {
    await expect(collect(readAppleHealth(chunksOf('<HealthData><Record')))).rejects.toThrow(
      'the XML is damaged',
    );
    await expect(collect(readAppleHealth(chunksOf('<Other/>')))).rejects.toThrow('no HealthData element');
    await writeFile(join(folder, 'notes.txt'), 'hello');
    await expect(openImportFile(join(folder, 'notes.txt'), () => {})).rejects.toThrow('unknown format');
    await writeFile(join(folder, 'bad.zip'), 'PK\u0003\u0004 nothing');
    await expect(openImportFile(join(folder, 'bad.zip'), () => {})).rejects.toThrow(
      'the zip file is damaged',
    );
  });
});
