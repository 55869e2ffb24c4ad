import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { SampleRecord } from './model.ts';
import { joinPages, readList, unreadablePage } from './read-list.ts';

const Entry = z.object({ steps: z.object({ count: z.number() }), id: z.string().max(4) });
const sampleOf = (value: number): SampleRecord => ({
  kind: 'sample',
  source: {},
  metric: 'steps',
  start: '2026-11-18T00:00:00Z',
  value,
  unit: 'steps',
});
const idOf = (entry: unknown) => z.object({ id: z.string() }).safeParse(entry).data?.id;

describe('lists of a page', () => {
  test('PRV3 a bad entry is set aside with field and fault, never its value, and the others go on', () => {
    const entries = [
      { id: 'a', steps: { count: 1 } },
      { id: 'b', steps: { count: 'secret-value' } },
      { id: 'toolong-secret', steps: { count: 3 } },
      { id: 'd', steps: { count: -4 } },
    ];
    const page = readList(
      entries,
      Entry,
      ({ steps }) => (steps.count < 0 ? { fault: 'count: negative' } : [sampleOf(steps.count)]),
      idOf,
    );
    expect(page.records).toEqual([sampleOf(1)]);
    expect(page.unreadable).toEqual([
      { index: 1, reason: 'steps.count: expected number', externalId: 'b' },
      { index: 2, reason: 'id: too big', externalId: 'toolong-secret' },
      { index: 3, reason: 'count: negative', externalId: 'd' },
    ]);
    expect(page.fetchedCount).toBe(4);
  });

  test('PRV3 what is no list is one unreadable page', () => {
    for (const payload of [undefined, null, 'text', { list: [] }]) {
      expect(readList(payload, Entry, () => [])).toEqual(unreadablePage('expected a list'));
    }
  });

  test('PRV3 names that came with the data are not repeated', () => {
    const page = readList([{ 'heart rate of someone': 'x' }], z.record(z.string(), z.number()), () => []);
    expect(page.unreadable).toEqual([{ index: 0, reason: '?: expected number' }]);
  });

  test('PRV3 any JSON is read: every entry is mapped or set aside, with reasons of at most 200 characters', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (entries) => {
        const page = readList(entries, Entry, ({ steps }) => [sampleOf(steps.count)]);
        expect(page.records.length + page.unreadable.length).toBe(entries.length);
        for (const { reason } of page.unreadable) expect(reason.length).toBeLessThanOrEqual(200);
      }),
      { seed: 31, numRuns: 300 },
    );
  });

  test('PRV3 an entry that the mapper fails on is set aside by the name of the failure', () => {
    const entries = [1, 2, 3].map((count) => ({ id: 'a', steps: { count } }));
    const page = readList(entries, Entry, ({ steps }) => {
      if (steps.count === 2) throw new RangeError('Invalid time value of 2');
      return [sampleOf(steps.count)];
    });
    expect(page.records).toEqual([sampleOf(1), sampleOf(3)]);
    expect(page.unreadable).toEqual([{ index: 1, reason: 'unexpected: RangeError' }]);
  });

  test('PRV3 lists of one page are joined', () => {
    const page = readList([{ id: 'a', steps: { count: 1 } }, {}], Entry, () => [sampleOf(1)]);
    const joined = joinPages([page, page, unreadablePage('x')]);
    expect([joined.records.length, joined.unreadable.length, joined.fetchedCount]).toEqual([2, 3, 4]);
  });
});
