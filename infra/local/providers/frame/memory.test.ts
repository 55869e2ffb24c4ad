import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openMemory } from './memory.ts';

let room = '';
const said: string[] = [];
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'memory-'));
  said.length = 0;
});
afterEach(() => rm(room, { recursive: true, force: true }));

const file = () => join(room, 'inner', 'state');
const open = (seed = 'people') => openMemory({ file: file(), seed, say: (line) => said.push(line) });

/** Keeps a map with an id too large for a number, and writes it. */
function fill(): Buffer {
  const memory = open();
  memory.keep('ids', new Map<string, bigint>()).set('runner', 2n ** 63n);
  memory.write();
  return readFileSync(file());
}

test('SIMP16 what was kept is there again, as it was at the last writing, for its owner alone', () => {
  fill();
  expect(open().keep('ids', new Map())).toEqual(new Map([['runner', 2n ** 63n]]));
  expect(open().keep('other', 'new')).toBe('new');
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(room, 'inner'))).toEqual(['state']);
  expect(said).toEqual([]);
});

test('SIMP16 nothing is written while nothing changes, nor after the end', () => {
  const memory = open();
  const kept = memory.keep('clock', { offsetMs: 0 });
  memory.write();
  const { ino } = statSync(file());
  memory.write();
  expect(statSync(file()).ino).toBe(ino);
  kept.offsetMs = 1;
  memory.close();
  kept.offsetMs = 2;
  memory.write();
  expect(open().keep('clock', { offsetMs: 0 })).toEqual({ offsetMs: 1 });
});

test.each<[string, (whole: Buffer) => string | Buffer]>([
  ['nothing', () => ''],
  ['no line', () => 'x'],
  ['half of it', (whole) => whole.subarray(0, whole.length - 9)],
  [
    'one bit changed',
    (whole) => whole.map((byte, at) => (at === whole.length - 3 ? byte ^ 1 : byte)) as Buffer,
  ],
  [
    'another format',
    (whole) => Buffer.from(whole.toString('latin1').replace('"format":', '"format":1'), 'latin1'),
  ],
  ['no map', () => Buffer.concat([Buffer.from('{}\n'), serialize([])])],
])('SIMP16 a file with %s is told in one line and ignored', (_, spoil) => {
  writeFileSync(file(), spoil(fill()));
  expect(open().keep('ids', new Map())).toEqual(new Map());
  expect(said).toEqual([`${file()} is ignored: it is damaged, or of another format or seed`]);
});

test('SIMP16 a file of another seed speaks of other people, and is ignored', () => {
  fill();
  expect(open('others').keep('ids', new Map())).toEqual(new Map());
  expect(said).toHaveLength(1);
});

test('SIMP16 a disk that takes nothing is told, and the clouds go on', () => {
  writeFileSync(join(room, 'inner'), 'in the way');
  const memory = open();
  memory.keep('clock', { offsetMs: 0 });
  memory.write();
  expect(said.at(-1)).toMatch(/^what the clouds know is not kept: .*/);
});
