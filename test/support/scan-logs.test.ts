import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scanLogs, scanText, secretsWithin } from './scan-logs.ts';

const QUIET = '{"level":"INFO","message":"HTTP_REQUEST_COMPLETED","status":200,"durationMs":116.25}';
const SECRETS = secretsWithin('apps', {
  inboundKey: 'key-of-garmin',
  daily: { '2026-11-20': { distance: 5_234.75, steps: 9_120, energy: 2_345_678 } },
});

test('CON5 what is planted among quiet lines is found by file and line, and not repeated', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'headwater-logs-'));
  const planted = [
    'refreshing sim_0de79fc87ebfaa1ae809e8a7f7ad8f252eb972d9',
    '{"headers":{"authorization":"Bearer abcdefghijklmnopqrst"}}',
    'GET /v1/inbound/garmin?key=key-of-garmin',
    '{"distance":5234.75}',
    '{"metric":"x","value":61}',
    '{"heart_rate": "61"}',
    'stored 2345678 of them',
  ];
  await writeFile(join(directory, 'a.log'), `${QUIET}\n`);
  await writeFile(join(directory, 'b.log'), planted.flatMap((line) => [QUIET, line]).join('\n'));
  const found = await scanLogs(directory, SECRETS);
  expect(new Set(found.map((each) => each.split(':')[1]))).toEqual(
    new Set(planted.map((_, index) => String(2 * index + 2))),
  );
  expect(found.every((each) => each.startsWith('b.log:'))).toBe(true);
  expect(found.join()).not.toContain('sim_');
  expect(found.join()).not.toContain('key-of-garmin');
  expect(found).toContain('b.log:8: apps.daily.2026-11-20.distance');
  await rm(directory, { recursive: true, force: true });
});

test('CON5 longer words and numbers, and figures too short to be known again, are none of them', () => {
  const chance = ['durationMs 15234.758', '"key-of-garminia"', '{"count":9120}', '12345678', 'simulated'];
  expect(scanText('a.log', chance.join('\n'), SECRETS)).toEqual([]);
});

test('CON5 a scan of nothing is no scan', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'headwater-logs-'));
  await expect(scanLogs(directory, [])).rejects.toThrow('no logs');
  await writeFile(join(directory, 'a.log'), '');
  await expect(scanLogs(directory, [])).rejects.toThrow('no logs');
  await expect(scanLogs(directory, [{ name: 'a state', value: 'abc' }])).rejects.toThrow('too short');
  await rm(directory, { recursive: true, force: true });
});
