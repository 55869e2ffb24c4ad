import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clearState } from '../../infra/local/data-directory/clear.ts';
import { createRooms, layoutOf, writePrivateFile } from '../../infra/local/data-directory/layout.ts';
import { acquireLock } from '../../infra/local/data-directory/lock.ts';
import { startEngine } from '../../infra/local/dynamodb/engine.ts';
import { findEngineBinary } from '../../infra/local/dynamodb/engine-binary.ts';
import { callDynamo } from '../../infra/local/dynamodb/json-call.ts';
import { createTables } from '../../infra/local/dynamodb/tables.ts';
import { sweepTable } from '../../infra/local/dynamodb/ttl-sweeper.ts';
import { parseOptions } from '../../infra/local/options.ts';
import { commandLineOf, endRecorded } from '../../infra/local/processes/identify.ts';
import { keysText, openCheckpoints } from '../../infra/local/streams/checkpoints.ts';
import { openStream } from '../../infra/local/streams/stream-api.ts';

const newLayout = () => {
  const layout = layoutOf(mkdtempSync(join(tmpdir(), 'cloud-')));
  createRooms(layout);
  return layout;
};
const enginePid = (path: string): number => JSON.parse(readFileSync(path, 'utf8')).pid;
const fatal = (error: Error): never => {
  throw error;
};
const table = {
  name: 'items',
  arn: 'arn:items',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
};

test('a second start is refused with the process that holds the directory, and may go on when that is gone', () => {
  const { lock } = newLayout();
  const held = acquireLock(lock);
  expect(() => acquireLock(lock)).toThrow(new RegExp(`process ${process.pid}`));
  held.release();
  acquireLock(lock).release();
});

test('a lock left by a killed process holds nobody up', async () => {
  const { lock } = newLayout();
  const source = `import { acquireLock } from ${JSON.stringify(new URL('../../infra/local/data-directory/lock.ts', import.meta.url).href)};
    acquireLock(${JSON.stringify(lock)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', source]);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  expect(() => acquireLock(lock)).toThrow(/another local cloud/);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  acquireLock(lock).release();
});

test('--fresh throws away what a local cloud made and nothing else', () => {
  const layout = newLayout();
  const own = join(layout.directory, 'thesis.txt');
  writeFileSync(own, 'mine');
  writePrivateFile(layout.masterKey, 'key');
  clearState(layout);
  expect([existsSync(own), existsSync(layout.masterKey)]).toEqual([true, false]);
});

test('a private file is for its owner only', () => {
  const { masterKey } = newLayout();
  writePrivateFile(masterKey, 'key');
  expect(statSync(masterKey).mode & 0o777).toBe(0o600);
});

test('a recorded process id that now belongs to another program is left alone', async () => {
  expect(await endRecorded(process.pid, ['a program that this is not'])).toBe(false);
  expect(commandLineOf(process.pid)).toContain('node');
});

test('P1 a killed engine comes back on its port with all that it acknowledged', async () => {
  const layout = newLayout();
  const engine = await startEngine(layout, findEngineBinary(), fatal);
  await createTables(engine.endpoint, [table]);
  const Key = { pk: { S: 'a' }, sk: { S: 'b' } };
  await callDynamo(engine.endpoint, 'DynamoDB_20120810.PutItem', { TableName: 'items', Item: Key });
  const pid = enginePid(layout.engineProcess);
  process.kill(pid, 'SIGKILL');
  await expect
    .poll(
      () =>
        callDynamo(engine.endpoint, 'DynamoDB_20120810.GetItem', { TableName: 'items', Key }).catch(
          () => undefined,
        ),
      { timeout: 10_000 },
    )
    .toEqual({ Item: Key });
  expect(enginePid(layout.engineProcess)).not.toBe(pid);
  await engine.stop();
  await expect.poll(() => commandLineOf(enginePid(layout.engineProcess))).toBeUndefined();
});

test('an engine that a killed start left behind is ended by the next start', async () => {
  const layout = newLayout();
  const binary = findEngineBinary();
  const orphan = spawn(binary, ['serve', '--port', '0', '--db-path', layout.engineDatabase], {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => orphan.once('exit', resolve));
  await expect.poll(() => commandLineOf(orphan.pid ?? 0)).toContain(layout.engineDatabase);
  writePrivateFile(layout.engineProcess, JSON.stringify({ pid: orphan.pid }));
  const engine = await startEngine(layout, binary, fatal);
  await ended;
  await engine.stop();
});

test('OBX6 the sweeper deletes what is past its time, and its records are known as the service’s', async () => {
  const layout = newLayout();
  const engine = await startEngine(layout, findEngineBinary(), fatal);
  await createTables(engine.endpoint, [table]);
  const put = (sk: string, ttl: number) =>
    callDynamo(engine.endpoint, 'DynamoDB_20120810.PutItem', {
      TableName: 'items',
      Item: { pk: { S: 'a' }, sk: { S: sk }, ttl: { N: String(ttl) } },
    });
  await put('old', 1);
  await put('new', 99_999_999_999);
  const checkpoints = openCheckpoints(layout.checkpoints);
  expect(await sweepTable(engine.endpoint, table, checkpoints)).toBe(1);
  const stream = await openStream(engine.endpoint, 'items');
  const [shard = ''] = await stream.listShards();
  const { records } = await stream.read(await stream.openIterator(shard, 'TRIM_HORIZON'));
  const removed = records
    .filter(({ eventName }) => eventName === 'REMOVE')
    .map(({ dynamodb }) => keysText(dynamodb.Keys));
  expect(removed).toEqual([keysText({ sk: { S: 'old' }, pk: { S: 'a' } })]);
  expect(checkpoints.isMarkedExpired('items', removed[0] ?? '')).toBe(true);
  expect(checkpoints.isMarkedExpired('items', keysText({ pk: { S: 'a' }, sk: { S: 'new' } }))).toBe(false);
  checkpoints.close();
  await engine.stop();
});

test.each([
  [['--port', 'x'], /--port is "x"/],
  [['--port', '70000'], /70000/],
  [['--data-dir', ''], /--data-dir/],
  [['--dynamodb-endpoint', 'dynamo'], /--dynamodb-endpoint/],
  [['--unknown'], /unknown/],
])('the options %j are refused with a sentence', (given, message) => {
  expect(() => parseOptions(given)).toThrow(message);
});
