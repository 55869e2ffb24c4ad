import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createRooms, type Layout, layoutOf } from '../../infra/local/data-directory/layout.ts';
import { commandLineOf } from '../../infra/local/processes/identify.ts';
import { type Simulator, startSimulator } from '../../infra/local/simulator/simulator.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next();
});

function newLayout(): Layout {
  const layout = layoutOf(join(mkdtempSync(join(tmpdir(), 'simulator-')), 'data'));
  createRooms(layout);
  return layout;
}

async function start(layout: Layout, onEnded: (error: Error) => void = () => {}): Promise<Simulator> {
  const simulator = await startSimulator(layout, onEnded);
  stops.push(() => simulator.stop());
  return simulator;
}

const pidOf = ({ simulatorProcess }: Layout): number =>
  JSON.parse(readFileSync(simulatorProcess, 'utf8')).pid;
const isUp = (url: string): Promise<boolean> =>
  fetch(`${url}/people`).then(
    ({ ok }) => ok,
    () => false,
  );

test('it answers with the applications that the secret holds, outlives a Ctrl-C, and is gone after the stop', async () => {
  const layout = newLayout();
  const simulator = await start(layout);
  const apps = JSON.parse(await simulator.apps());
  expect(Object.keys(apps).sort()).toContain('whoop');
  expect(apps.whoop).toMatchObject({ clientId: expect.any(String), clientSecret: expect.any(String) });
  expect(apps.whoop.origins.api).toBe(`${simulator.url}/whoop/api`);
  const pid = pidOf(layout);
  // As a terminal does to the whole group: the local cloud stops its clouds last.
  process.kill(pid, 'SIGINT');
  expect(await isUp(simulator.url)).toBe(true);
  await simulator.stop();
  expect(await isUp(simulator.url)).toBe(false);
  expect(commandLineOf(pid)).toBeUndefined();
});

test('the API’s address is told to the clouds, and which handshakes failed is told back', async () => {
  const paths: string[] = [];
  const api = createServer((request, response) => {
    paths.push(`${request.method} ${request.url?.split('?')[0]}`);
    response.writeHead(request.method === 'HEAD' ? 200 : 500).end();
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => api.close(() => resolve())));
  const simulator = await start(newLayout());
  const failed = await simulator.announce(`http://127.0.0.1:${(api.address() as AddressInfo).port}`);
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.every((path) => path.includes('/v1/inbound/'))).toBe(true);
  expect(failed.every((line) => /^\w+ failed/.test(line))).toBe(true);
  // WHOOP has no handshake to fail.
  expect(failed.some((line) => line.startsWith('whoop'))).toBe(false);
});

test('a cloud that got no answer at first does its handshake again, and the others do not', async () => {
  const asked: string[] = [];
  const api = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    asked.push(path);
    const isFirst = asked.filter((each) => each === path).length === 1;
    response.writeHead(request.method === 'HEAD' && !isFirst ? 200 : 503).end();
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => api.close(() => resolve())));
  const simulator = await start(newLayout());
  const failed = await simulator.announce(`http://127.0.0.1:${(api.address() as AddressInfo).port}`);
  expect(failed.some((line) => line.startsWith('withings'))).toBe(false);
  expect(asked.filter((path) => path.endsWith('/withings'))).toHaveLength(2);
  expect(asked.filter((path) => path.endsWith('/strava'))).toHaveLength(3);
});

test('a restart knows the applications of before, unless its file is damaged, which is told', async () => {
  const layout = newLayout();
  const apps: string[] = [];
  for (const damaged of [false, false, true]) {
    if (damaged) writeFileSync(layout.simulatorState, 'x');
    const simulator = await start(layout);
    apps.push(JSON.parse(await simulator.apps()).whoop.clientSecret);
    await simulator.stop();
  }
  expect(apps[1]).toBe(apps[0]);
  expect(apps[2]).not.toBe(apps[0]);
  const log = readFileSync(join(layout.logs, 'provider-simulator.log'), 'utf8');
  expect(log.split('\n').filter((line) => line.includes('is ignored'))).toHaveLength(1);
});

test('one that a killed start left behind is ended by the next, and no other process is', async () => {
  const layout = newLayout();
  const other = await start(newLayout());
  const ended: Error[] = [];
  const first = await start(layout, (error) => ended.push(error));
  const pid = pidOf(layout);
  const second = await start(layout);
  expect(commandLineOf(pid)).toBeUndefined();
  expect(pidOf(layout)).not.toBe(pid);
  expect(second.url).toBe(first.url);
  await expect
    .poll(() => ended.map(({ message }) => message))
    .toEqual([expect.stringMatching(/simulator ended: see .*provider-simulator\.log/)]);
  expect([await isUp(second.url), await isUp(other.url)]).toEqual([true, true]);
});
