import { expect, test } from 'vitest';
import { compilePattern } from '../../infra/local/events/event-pattern.ts';

const change = { eventName: 'INSERT', dynamodb: { Keys: { sk: { S: 'CHANGE#000000000001' } } } };
const outbox = { eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: [{ prefix: 'CHANGE#' }] } } } };

test.each([
  ['the filter of the outbox takes a new change entry', outbox, change, true],
  ['it leaves out another item', outbox, { ...change, dynamodb: { Keys: { sk: { S: 'HEAD' } } } }, false],
  ['it leaves out a removal', outbox, { ...change, eventName: 'REMOVE' }, false],
  ['a missing field matches nothing', { a: ['x'] }, {}, false],
  ['null is a value', { a: [null] }, { a: null }, true],
  ['a member of a list matches', { a: ['x'] }, { a: ['y', 'x'] }, true],
  ['a member of a list of objects matches', { a: { b: ['x'] } }, { a: [{ b: 'y' }, { b: 'x' }] }, true],
  ['no member of a list of objects', { a: { b: ['x'], c: [1] } }, { a: [{ b: 'x' }, { c: 1 }] }, false],
  ['suffix', { a: [{ suffix: '.png' }] }, { a: 'b.png' }, true],
  ['equals-ignore-case', { a: [{ 'equals-ignore-case': 'AB' }] }, { a: 'ab' }, true],
  ['exists true', { a: [{ exists: true }] }, { a: 0 }, true],
  ['exists false', { a: [{ exists: false }] }, {}, true],
  ['exists false refuses what is there', { a: [{ exists: false }] }, { a: 1 }, false],
  ['anything-but', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'z' }, true],
  ['anything-but refuses a listed value', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'y' }, false],
  ['anything-but a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'xy' }, false],
  ['a range of numbers', { a: [{ numeric: ['>', 1, '<=', 3] }] }, { a: 3 }, true],
  ['a number outside', { a: [{ numeric: ['>', 1, '<=', 3] }] }, { a: 1 }, false],
  ['a text is no number', { a: [{ numeric: ['=', 1] }] }, { a: '1' }, false],
  ['one of two alternatives', { $or: [{ a: ['x'] }, { b: ['x'] }] }, { b: 'x' }, true],
])('a pattern: %s', (_name, pattern, event, expected) => {
  expect(compilePattern(pattern)(event)).toBe(expected);
});

test('an operator that nobody serves is refused when the pattern is read', () => {
  expect(() => compilePattern({ a: [{ cidr: '10.0.0.0/8' }] })).toThrow(/cidr/);
  expect(() => compilePattern({ a: [{ numeric: ['~', 1] }] })).toThrow(/~/);
});
