import { expect, test } from 'vitest';
import { fieldOf } from './json-body.ts';
import { tokenPages } from './token-pages.ts';

const nextOf = (payload: unknown): string | undefined => {
  const next = fieldOf(payload, 'next');
  return typeof next === 'string' ? next : undefined;
};
/** A cloud whose page after token n is told by `after`. */
const cloud = (after: (token: string | undefined) => string | undefined) => {
  const asked: (string | undefined)[] = [];
  const fetchPage = async (token: string | undefined) => {
    asked.push(token);
    const payload = { next: after(token) };
    return { payload, body: new TextEncoder().encode(JSON.stringify(payload)) };
  };
  return { asked, fetchPage };
};
const drain = async (pages: AsyncGenerator<{ readonly next: string | undefined }>) => {
  const cursors: (string | undefined)[] = [];
  for await (const page of pages) cursors.push(page.next);
  return cursors;
};
const upTo = (last: number) => (token: string | undefined) => {
  const page = Number(token ?? 0) + 1;
  return page < last ? String(page) : undefined;
};

test('PRV7 pages follow their tokens to the end, and from any cursor on', async () => {
  const whole = cloud(upTo(4));
  const cursors = await drain(tokenPages(undefined, whole.fetchPage, nextOf));
  expect(whole.asked).toEqual([undefined, '1', '2', '3']);
  expect(cursors).toHaveLength(4);
  expect(cursors.at(-1)).toBeUndefined();
  const rest = cloud(upTo(4));
  await drain(tokenPages(cursors[1], rest.fetchPage, nextOf));
  expect(rest.asked).toEqual(['2', '3']);
});

test('PRV7 a circle of tokens ends as endless pages, however long it is', async () => {
  for (let length = 1; length <= 40; length += 1) {
    const round = cloud((token) => String((Number(token ?? 0) + 1) % length));
    await expect(drain(tokenPages(undefined, round.fetchPage, nextOf))).rejects.toMatchObject({
      kind: 'malformed',
      reason: 'endless_pages',
    });
    expect(round.asked.length).toBeLessThanOrEqual(4 * length + 4);
  }
});

test('PRV7 tokens that never end do so at 20,000 pages, counted across cursors', async () => {
  const endless = cloud((token) => String(Number(token ?? 0) + 1));
  const cursor = JSON.stringify({ token: '19990', page: 19_990 });
  await expect(drain(tokenPages(cursor, endless.fetchPage, nextOf))).rejects.toMatchObject({
    reason: 'endless_pages',
  });
  expect(endless.asked).toHaveLength(10);
});

test('PRV7 a cursor that cannot be read starts again; a token too long for one ends', async () => {
  const whole = cloud(upTo(2));
  await drain(tokenPages('{"half', whole.fetchPage, nextOf));
  expect(whole.asked).toEqual([undefined, '1']);
  const wide = cloud(() => 'x'.repeat(2_000));
  await expect(drain(tokenPages(undefined, wide.fetchPage, nextOf))).rejects.toMatchObject({
    kind: 'malformed',
  });
});
