import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRequest } from './arguments.ts';
import { findEnvironment } from './find-environment.ts';
import { type OperateDependencies, operate } from './handler.ts';

const WS = 'ws_01kah3v5w8f0xq9d3m7t2c6e4r';
const USER = 'usr_01kah3v5w8f0xq9d3m7t2c6e4r';
const parse = (line: string) => parseRequest(line.split(' ').filter((word) => word !== ''));

describe('what an operator may ask for', () => {
  test.each([
    ['bootstrap --name Stride', { name: 'bootstrap', options: { name: 'Stride', mode: 'live' } }],
    [
      `projections rebuild --workspace ${WS} --from 2026-11-01`,
      { name: 'projections rebuild', options: { workspace: WS, from: '2026-11-01' } },
    ],
    [
      `relay replay --workspace ${WS} --from 2026-11-20T00:00:00+01:00 --to 2026-11-21T00:00:00Z --log sync --after ${USER}:12`,
      {
        name: 'relay replay',
        options: {
          workspace: WS,
          from: Date.parse('2026-11-19T23:00:00Z'),
          to: Date.parse('2026-11-21T00:00:00Z'),
          log: 'sync',
          after: { userId: USER, seq: 12 },
        },
      },
    ],
    [
      `relay replay --workspace ${WS} --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z`,
      {
        name: 'relay replay',
        options: {
          workspace: WS,
          from: Date.parse('2026-11-20T00:00:00Z'),
          to: Date.parse('2026-11-21T00:00:00Z'),
          log: 'changes',
        },
      },
    ],
    ['providers subscribe', { name: 'providers subscribe', options: {} }],
    ['providers subscribe --provider oura', { name: 'providers subscribe', options: { provider: 'oura' } }],
    ['dlq list', { name: 'dlq list', options: {} }],
    ['dlq show projections --limit 3', { name: 'dlq show', options: { queue: 'projections', limit: 3 } }],
    ['dlq redrive erasures', { name: 'dlq redrive', options: { queue: 'erasures' } }],
  ])('OBX8 "%s" is understood', (line, command) => {
    expect(parse(line)).toEqual({ command, dataDir: '.headwater' });
  });

  test.each([
    ['', 'name a command'],
    ['dlq', 'no command'],
    ['dlq purge projections', 'no command'],
    ['bootstrap', '--name'],
    ['bootstrap --name a --user b', 'does not take --user'],
    ['dlq show', 'name one of'],
    ['dlq show somewhere', 'name one of'],
    ['dlq redrive projections erasures', 'does not take "erasures"'],
    [`relay replay --workspace ${WS} --from yesterday --to 2026-11-21T00:00:00Z`, '--from'],
    [`projections rebuild --workspace ${USER}`, '--workspace'],
    [`projections rebuild --workspace ${WS} --metric nothing`, '--metric is not a metric'],
    ['dlq list --fast', "'--fast'"],
  ])('OBX8 "%s" is refused in words: %s', (line, words) => {
    const request = parse(line);
    expect('fault' in request && request.fault).toContain(words);
  });

  test.each(['--help', '-h', 'dlq show --help'])('OBX8 "%s" asks how', (line) => {
    expect(parse(line)).toEqual({ help: true });
  });

  test('P6 the directory of the local cloud may be named with any command', () => {
    expect(parse('dlq list --data-dir /tmp/x')).toMatchObject({ dataDir: '/tmp/x' });
  });
});

test('PRJ4 dead letters are counted, shown and sent back, and nothing else is opened for it', async () => {
  const lines: string[] = [];
  const unopened = () => {
    throw new Error('opened');
  };
  const deps: OperateDependencies = {
    bootstrap: unopened,
    rebuild: unopened,
    replay: unopened,
    subscribe: unopened,
    deadLetters: () => ({
      count: async (queue) => (queue === 'erasures' ? 2 : 0),
      look: async () => [{ messageId: 'm1', body: '{"detail":{}}', sentAtMs: 0, receiveCount: 5 }],
      redrive: async () => 2,
    }),
    print: (line) => lines.push(line),
  };
  for (const line of ['dlq list', 'dlq show erasures', 'dlq redrive erasures']) {
    const request = parse(line);
    if (!('command' in request)) throw new Error(line);
    await operate(request.command, deps);
  }
  expect(lines).toEqual([
    'large-ingests       0',
    'workout-writes      0',
    'activity-imports    0',
    'projections         0',
    'night-projections   0',
    'impact-projections  0',
    'rebuilds            0',
    'erasures            2',
    'provider-syncs      0',
    'inbound-pushes      0',
    'm1  sent 1970-01-01T00:00:00.000Z  received 5 times\n  {"detail":{}}',
    '2 messages sent back to erasures',
  ]);
});

describe('where an operator works', () => {
  const api = createServer((_, response) => response.writeHead(503).end());
  let dataDir = '';
  const writeFileFor = (apiUrl: string, more: object = {}) =>
    writeFile(join(dataDir, 'operator.json'), JSON.stringify({ HEADWATER_API_URL: apiUrl, ...more }));

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'headwater-operate-'));
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void api.close());

  test('P6 a shell that names anything of ours is taken as it is, whatever runs here', async () => {
    await writeFileFor(`http://127.0.0.1:${(api.address() as AddressInfo).port}`);
    for (const shell of [{ STAGE: 'prod' }, { CORE_TABLE_NAME: 'core' }])
      expect(await findEnvironment(shell, dataDir)).toMatchObject({ variables: undefined });
    expect(await findEnvironment({ STAGE: 'prod' }, dataDir)).toMatchObject({ place: 'stage prod' });
  });

  test('P6 a shell with AWS variables alone works on the local cloud that answers, if only with a fault', async () => {
    const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    await writeFileFor(apiUrl, { STAGE: 'dev' });
    const shell = { AWS_PROFILE: 'work', AWS_REGION: 'eu-central-1', HOME: '/' };
    expect(await findEnvironment(shell, dataDir)).toEqual({
      place: `the local cloud in ${dataDir}`,
      variables: { HEADWATER_API_URL: apiUrl, STAGE: 'dev' },
    });
  });

  test('P6 a local cloud that never was, or runs no more, is told in words', async () => {
    await writeFileFor('http://127.0.0.1:1');
    expect(await findEnvironment({}, dataDir)).toMatchObject({ fault: expect.stringContaining('npm start') });
    for (const content of ['', '[]', '{"HEADWATER_API_URL":7}']) {
      await writeFile(join(dataDir, 'operator.json'), content);
      expect(await findEnvironment({}, dataDir)).toMatchObject({
        fault: expect.stringContaining('no local cloud'),
      });
    }
    expect(await findEnvironment({}, join(dataDir, 'nowhere'))).toHaveProperty('fault');
  });
});
