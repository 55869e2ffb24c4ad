import { expect, test } from 'vitest';
import { dateOf, sourceNamed } from '../../test/support/sample-builders.ts';
import type { PrioritySettings } from '../samples/model.ts';
import { fingerprintOf } from './fingerprint.ts';
import { compareSources, orderOf, priorityVersions } from './priorities.ts';

const settings = (orders: PrioritySettings['orders'], changedAt = {}): PrioritySettings => ({
  orders,
  changedAt,
});
const none = settings({});
const ranked = (order: readonly string[], ...names: readonly ReturnType<typeof sourceNamed>[]) =>
  [...names].sort(compareSources(order)).map(({ sourceId }) => sourceId);

test('SRC7 the user comes before the workspace, and a metric before all', () => {
  const user = settings({ '*': ['polar'], steps: ['garmin'] });
  const workspace = settings({ '*': ['oura'], weight: ['withings'] });
  expect(orderOf('steps', user, workspace)).toEqual(['garmin']);
  expect(orderOf('weight', user, workspace)).toEqual(['polar']);
  expect(orderOf('weight', none, workspace)).toEqual(['withings']);
  expect(orderOf('steps', none, workspace)).toEqual(['oura']);
  expect(orderOf('steps', settings({ steps: [] }), none)).toEqual([]);
});

test('SRC8 by default provider, then device, then source id decide', () => {
  const sources = [
    sourceNamed('z', 'zepp', 'watch'),
    sourceNamed('a', 'acme', 'phone'),
    sourceNamed('s', 'strava'),
    sourceNamed('f', 'apple_health', 'phone'),
    sourceNamed('w', 'apple_health', 'watch'),
    sourceNamed('g2', 'garmin', 'band'),
    sourceNamed('g1', 'garmin', 'band'),
    sourceNamed('r', 'garmin', 'ring'),
  ];
  expect(ranked([], ...sources)).toEqual(['w', 'f', 'g1', 'g2', 'r', 's', 'a', 'z']);
});

test('SRC8 an order names providers or sources, the source beats its provider, the rest follows', () => {
  const sources = [
    sourceNamed('g1', 'garmin', 'watch'),
    sourceNamed('g2', 'garmin', 'band'),
    sourceNamed('p', 'polar'),
    sourceNamed('w', 'apple_health', 'watch'),
  ];
  expect(ranked(['polar', 'g2', 'garmin'], ...sources)).toEqual(['p', 'g2', 'g1', 'w']);
  expect(ranked(['garmin', 'g1'], ...sources)).toEqual(['g2', 'g1', 'w', 'p']);
});

test('SRC8 an order names types of device across providers, and a source takes the better of its places', () => {
  const sources = [
    sourceNamed('ap', 'apple_health', 'phone'),
    sourceNamed('aw', 'apple_health', 'watch'),
    sourceNamed('gw', 'garmin', 'watch'),
    sourceNamed('gb', 'garmin', 'band'),
    sourceNamed('n', 'acme'),
  ];
  expect(ranked(['device:watch'], ...sources)).toEqual(['aw', 'gw', 'ap', 'gb', 'n']);
  expect(ranked(['garmin', 'device:watch'], ...sources)).toEqual(['gw', 'gb', 'aw', 'ap', 'n']);
  expect(ranked(['device:other', 'device:band', 'device:watch'], ...sources)).toEqual([
    'n',
    'gb',
    'aw',
    'gw',
    'ap',
  ]);
  expect(ranked(['device:watch', 'gw'], ...sources)).toEqual(['aw', 'gw', 'ap', 'gb', 'n']);
  expect(ranked(['ap', 'device:watch'], ...sources)).toEqual(['ap', 'aw', 'gw', 'gb', 'n']);
});

const block = (bucket: string, daySeqs: Record<string, number>) => ({
  ref: { metric: 'steps', bucket, sourceId: sourceNamed('w', 'garmin').sourceId, part: '' },
  daySeqs,
});
const priorities = { user: 0, workspace: 0 };

test('PRJ3 a fingerprint holds the blocks that mention the date, in any order, and nothing else', () => {
  const date = dateOf('2026-11-20');
  const blocks = [
    block('2026-11-19', { '2026-11-20': 3 }),
    block('2026-11-20', { '2026-11-20': 5, '2026-11-21': 9 }),
  ];
  const print = fingerprintOf(date, { blocks, priorities });
  expect(print).toMatchObject({ sum: 8, sourceSeq: 5 });
  expect(print?.digest).toMatch(/^[0-9a-f]{24}$/);
  expect(fingerprintOf(date, { blocks: [...blocks].reverse(), priorities })).toEqual(print);
  const other = block('2026-11-20', { '2026-11-20': 5, '2026-11-21': 10 });
  expect(fingerprintOf(date, { blocks: [blocks[0] ?? other, other], priorities })).toEqual(print);
  expect(fingerprintOf(dateOf('2026-11-22'), { blocks, priorities })).toBeUndefined();
});

test('PRJ3 a changed priority of the metric or of all is another fingerprint', () => {
  const blocks = [block('2026-11-20', { '2026-11-20': 5 })];
  const printAt = (changedAt: Record<string, number>) =>
    fingerprintOf(dateOf('2026-11-20'), {
      blocks,
      priorities: priorityVersions('steps', settings({}, changedAt), none),
    });
  expect(printAt({ heart_rate: 7 })).toEqual(printAt({}));
  expect(printAt({ steps: 7 })).toMatchObject({ sum: 12, sourceSeq: 7 });
  expect(printAt({ '*': 7 })).toEqual(printAt({ steps: 7 }));
  expect(printAt({ '*': 7 })?.digest).not.toBe(printAt({})?.digest);
});
