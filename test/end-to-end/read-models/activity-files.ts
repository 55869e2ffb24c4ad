import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { ActivityImport } from '../../../contracts/http/activity-imports.ts';
import type { WorkoutDetail, WorkoutGroup } from '../../../contracts/http/workouts.ts';
import { readActivityFile } from '../../../lib/activity-files/read-activity-file.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { toTcx } from '../../support/activity-xml.ts';
import { callApi, type RunningCloud } from '../../support/local-cloud.ts';

const FOLDER = new URL('../../fixtures/activities/', import.meta.url);
const RUN = 'activity-small-fenix2-run.fit';

const bytesOf = (name: string): Promise<Buffer> => readFile(new URL(name, FOLDER));

async function tcxOf(name: string): Promise<Uint8Array> {
  const file = readActivityFile(await bytesOf(name), {
    onDamage: 'refuse',
    nowMs: 1_795_000_000_000 as EpochMs,
  });
  const activity = file.ok ? file.value.activities[0] : undefined;
  if (activity === undefined) throw new Error('no activity');
  return Buffer.from(toTcx(activity));
}

/** The import command as a person runs it: its exit code and what it says. */
function importByCommand(
  { apiUrl, apiKey }: RunningCloud,
  name: string,
  args: readonly string[],
): Promise<{ readonly exitCode: number | null; readonly said: string }> {
  const path = fileURLToPath(new URL(name, FOLDER));
  const command = ['functions/command/import-file/index.ts', path, '--user', 'activity-files-cli', ...args];
  const env = { ...process.env, HEADWATER_API_URL: apiUrl, HEADWATER_API_KEY: apiKey };
  const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  return new Promise((resolve) => child.once('close', (exitCode) => resolve({ exitCode, said })));
}

/** Files of activities through the API: put, read, and each workout once. */
export const activityFilesPart = (cloud: () => RunningCloud): void => {
  const madeUser = async (externalId: string): Promise<string> => {
    const user = await callApi<{ id: string }>(cloud(), '/v1/users', { body: { externalId } });
    return `/v1/users/${user.body.id}/health/workouts`;
  };
  const runImport = async (base: string, bytes: Uint8Array, wanted: object): Promise<ActivityImport> => {
    const place = await callApi<{ importId: string; url: string; headers: Record<string, string> }>(
      cloud(),
      `${base}/import`,
      { body: wanted },
    );
    expect(place.status).toBe(201);
    const { importId, url, headers } = place.body;
    const put = await fetch(url, { method: 'PUT', headers, body: Buffer.from(bytes) });
    expect(put.status).toBe(200);
    const started = await callApi<ActivityImport>(cloud(), `${base}/import/${importId}`, { body: {} });
    expect([started.status, started.body.status]).toEqual([202, 'queued']);
    return await expectEnd(`${base}/import/${importId}`);
  };
  const expectEnd = async (path: string): Promise<ActivityImport> => {
    let found: ActivityImport | undefined;
    await expect
      .poll(
        async () => {
          found = (await callApi<ActivityImport>(cloud(), path)).body;
          return ['done', 'failed'].includes(found.status);
        },
        { timeout: 20_000, interval: 100 },
      )
      .toBe(true);
    if (found === undefined) throw new Error('never asked');
    return found;
  };

  test('ACT8 a FIT file is a workout with its series and way, once whatever is sent again', async () => {
    const base = await madeUser('activity-files-1');
    const first = await runImport(base, await bytesOf(RUN), { source: 'watch_export' });
    expect(first).toMatchObject({ status: 'done', workouts: [{ outcome: 'created' }], droppedCount: 0 });
    expect(first.samples.accepted).toBeGreaterThan(8_000);
    const id = first.workouts[0]?.id ?? '';
    const detail = await callApi<WorkoutDetail>(cloud(), `${base}/${id}`);
    expect(detail.body).toMatchObject({
      type: 'running',
      start: '2015-08-15T14:45:08.000Z',
      zoneOffsetMinutes: 120,
      durationSec: 2832,
      distanceM: 9008.22,
      source: {
        provider: 'watch_export',
        device: { manufacturer: 'garmin', model: 'Fenix 2', type: 'watch' },
      },
    });
    expect(detail.body.laps).toHaveLength(4);
    const track = await callApi<{ pointCount: number; points: { times: string[]; latitudes: number[] } }>(
      cloud(),
      `${base}/${id}/track?maxPoints=100`,
    );
    expect([track.body.pointCount, track.body.points.times.length]).toEqual([2809, 100]);
    expect(track.body.points.times[0]).toBe('2015-08-15T14:45:08.000Z');
    expect(track.body.points.latitudes[0]).toBeCloseTo(58.9591828, 7);
    const again = await runImport(base, await bytesOf(RUN), { source: 'watch_export' });
    expect(again.workouts).toEqual([{ id, outcome: 'unchanged' }]);
    expect(again.samples).toEqual({
      accepted: 0,
      updated: 0,
      duplicate: first.samples.accepted,
      refused: 0,
    });
  });

  test('ACT9 the same run from two sources is one counted workout and one group', async () => {
    const base = await madeUser('activity-files-2');
    const fit = await runImport(base, await bytesOf(RUN), { source: 'watch_export' });
    const tcx = await runImport(base, await tcxOf(RUN), { source: 'web_export', format: 'tcx' });
    const range = 'from=2015-08-01T00:00:00Z&to=2015-09-01T00:00:00Z';
    const counted = await callApi<{ workouts: { id: string }[] }>(cloud(), `${base}?${range}`);
    expect(counted.body.workouts).toHaveLength(1);
    const groups = await callApi<{ groups: WorkoutGroup[] }>(cloud(), `${base}/duplicates?${range}`);
    const ids = groups.body.groups.map(({ members }) => members.map((member) => member.id).sort());
    expect(ids).toEqual([[fit.workouts[0]?.id, tcx.workouts[0]?.id].sort()]);
  });

  test('ACT4 a damaged file is refused with where and why, and imported up to there when asked', async () => {
    const base = await madeUser('activity-files-3');
    const bytes = await bytesOf('activity-settings-corruptheader.fit');
    expect(await runImport(base, bytes, {})).toMatchObject({
      status: 'failed',
      code: 'activity.damaged',
      detail: 'byte 771: the header does not say ".FIT"',
      workouts: [],
    });
    const kept = await runImport(base, bytes, { onDamage: 'keep' });
    expect(kept).toMatchObject({
      status: 'done',
      workouts: [{ outcome: 'created' }],
      damage: { where: 'byte 771' },
    });
  });

  test('ACT11 the import command says what changed, what was there, and how to take a damaged file', async () => {
    const first = await importByCommand(cloud(), 'sample-activity.fit', ['--source', 'edge']);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.said).toMatch(/^read 1 workout and 9202 samples for 1 user in [\d.]+ s$/m);
    expect(first.said).toMatch(/^ {2}workouts created +1$/m);
    expect(first.said).toMatch(/^ {2}samples accepted +9202$/m);
    const again = await importByCommand(cloud(), 'sample-activity.fit', ['--source', 'edge']);
    expect(again.said).toMatch(/^ {2}samples duplicate +9202$/m);
    expect(again.said).toContain('nothing changed');
    const other = await importByCommand(cloud(), 'sample-activity.fit', ['--source', 'web']);
    expect(other.said).toMatch(/^ {2}workouts that another source has too, counted once +1$/m);
    const refused = await importByCommand(cloud(), 'activity-settings-corruptheader.fit', []);
    expect(refused.exitCode).toBe(1);
    expect(refused.said).toContain('byte 771: the header does not say ".FIT"');
    expect(refused.said).toContain('--keep-damaged');
    const kept = await importByCommand(cloud(), 'activity-settings-corruptheader.fit', ['--keep-damaged']);
    expect([kept.exitCode, kept.said.includes('what is before that was imported')]).toEqual([0, true]);
  });
};
