import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { parseCursor, toCursor } from './list-cursor.ts';

const MINE = 'ws_01kah3v5w8f0xq9d3m7t2c6e4a' as WorkspaceId;
const THEIRS = 'ws_01kah3v5w8f0xq9d3m7t2c6e4b' as WorkspaceId;
const USER = 'usr_01kah3v5w8f0xq9d3m7t2c6e4r' as UserId;

test('USR4 a cursor comes back as the id it was made of', () => {
  expect(parseCursor(MINE, toCursor(MINE, USER))).toBe(USER);
});

test('USR4 a cursor of another workspace, a changed one and one made up are refused', () => {
  const cursor = toCursor(MINE, USER);
  const flipped = `${cursor.slice(0, 10)}${cursor[10] === 'A' ? 'B' : 'A'}${cursor.slice(11)}`;
  for (const bad of [
    toCursor(THEIRS, USER),
    flipped,
    USER,
    '',
    '.',
    Buffer.from(`${USER}.`).toString('base64url'),
  ])
    expect(() => parseCursor(MINE, bad)).toThrow(expect.objectContaining({ code: 'request.bad_cursor' }));
});
