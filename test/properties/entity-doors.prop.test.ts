import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addHash, formatHash, rowHash } from '../../lib/sync/merge/row-hash.ts';
import { openEntityDoors } from '../support/entity-doors.ts';

const IDS = ['019aa8e2-6100-7c02-8f3e-5d7a9b1c3e01', '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e02'];
const RUNS = 40;

interface Edit {
  readonly door: 'PUT' | 'PATCH' | 'DELETE' | 'create' | 'update' | 'delete';
  readonly row: 0 | 1;
  /** As the writer thinks the row is: its version, an older one, or nothing known. */
  readonly base: 'current' | 'stale' | 'none';
  readonly title: string;
  readonly tags: readonly string[];
  readonly waitMs: number;
  /** Sent twice, as by a writer that heard no answer. */
  readonly isRepeated: boolean;
}
const edit: fc.Arbitrary<Edit> = fc.record({
  door: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'create', 'update', 'delete'),
  row: fc.constantFrom(0, 1),
  base: fc.constantFrom('current', 'stale', 'none'),
  title: fc.constantFrom('a', 'b', 'c'),
  tags: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }),
  waitMs: fc.integer({ min: 0, max: 5 }),
  isRepeated: fc.boolean(),
});

type Doors = Awaited<ReturnType<typeof openEntityDoors>>;

/** One edit through its door; every answer is one that the contract names. */
async function apply(doors: Doors, { door, row, base, title, tags, ...rest }: Edit, turn: number) {
  doors.clock.advance(rest.waitMs);
  const id = IDS[row] ?? '';
  const version = (await doors.entity(`GET journal-entries/${id}`)).body.version ?? 0;
  const known = Math.max(0, base === 'stale' ? version - 1 : version);
  const data = { title, tags: [...tags] };
  // Waiting for another writer moves the clock on; a repeat is the same text all the same.
  const hlc = `${doors.clock.now()}-${turn.toString(16).padStart(4, '0')}-phone-1`;
  const send = (): Promise<{ readonly status: number; readonly text: string }> => {
    if (door === 'PUT' || door === 'PATCH' || door === 'DELETE') {
      const condition = base === 'none' || known === 0 ? {} : { 'if-match': `"${known}"` };
      const headers = { 'idempotency-key': `k-${turn}`, ...condition };
      return doors.entity(`${door} journal-entries/${id}`, { headers, body: { data } });
    }
    const change = {
      requestId: 'r',
      entityType: 'journal_entries',
      id,
      op: door,
      hlc,
      ...(base === 'none' ? {} : { baseVersion: known }),
      ...(door === 'delete' ? {} : { data }),
    };
    const body = { deviceId: 'phone-1', operationId: `o-${turn}`, changes: [change] };
    return doors.sync('POST /v1/sync/push', { body });
  };
  const first = await send();
  expect([200, 201, 204, 207, 404, 409, 412]).toContain(first.status);
  if (rest.isRepeated && first.status !== 404) expect(spoken(await send())).toBe(spoken(first));
}

/** All but the name of the request, which a problem carries for the logs. */
const spoken = ({ text }: { readonly text: string }) => text.replace(/"requestId":"[^"]{20,}"/, '');

/** What a device holds that pulled everything. */
async function replay(doors: Doors) {
  const rows = new Map<string, { id: string; version: number; data: Record<string, unknown> }>();
  const { body } = await doors.sync('GET /v1/sync/changes', { query: { limit: '1000' } });
  for (const { op, id, version, data } of body.changes)
    if (op === 'upsert') rows.set(id, { id, version, data });
    else rows.delete(id);
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

test('SYN70 whatever is edited through whichever door, a device that pulls, the list and the digest agree', async () => {
  let rowCount = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 14 }), async (edits) => {
      const doors = await openEntityDoors();
      for (const [turn, one] of edits.entries()) await apply(doors, one, turn);
      const pulled = await replay(doors);
      const { entities } = (await doors.entity('GET journal-entries')).body;
      expect(
        entities.map(({ id, version, data }: (typeof pulled)[number]) => ({ id, version, data })),
      ).toEqual(pulled);
      for (const { id, version } of pulled)
        expect((await doors.entity(`GET journal-entries/${id}`)).headers['etag']).toBe(`"${version}"`);
      const hash = pulled.reduce(
        (sum, { id, version, data }) => addHash(sum, rowHash(id, version, data)),
        0n,
      );
      const digest = (await doors.sync('GET /v1/sync/digest')).body.types.journal_entries;
      expect(digest ?? { count: 0, hash: formatHash(0n) }).toEqual({
        count: pulled.length,
        hash: formatHash(hash),
      });
      rowCount += pulled.length;
    }),
    { seed: 20_261_121, numRuns: RUNS },
  );
  expect(rowCount).toBeGreaterThan(RUNS / 2);
});

test('SYN70 of deltas that come at once through both doors each counts once, however often they are sent', async () => {
  const doors = await openEntityDoors();
  const [product = '', stock = ''] = IDS;
  await doors.entity(`PUT products/${product}`, { body: { data: { name: 'Tea' } } });
  const made = { productId: product, quantityRemaining: 100 };
  await doors.entity(`PUT inventory-items/${stock}`, { body: { data: made } });
  const data = { quantityRemaining: { delta: -1 } };
  const startMs = doors.clock.now();
  const byServer = (turn: number) =>
    doors.entity(`PATCH inventory-items/${stock}`, {
      headers: { 'idempotency-key': `k-${turn}` },
      body: { data },
    });
  const byPhone = (turn: number) => {
    const hlc = `${startMs}-${turn.toString(16).padStart(4, '0')}-phone-${turn}`;
    const change = {
      requestId: 'r',
      entityType: 'inventory_items',
      id: stock,
      op: 'update',
      hlc,
      baseVersion: 1,
      data,
    };
    const body = { deviceId: `phone-${turn}`, operationId: `o-${turn}`, changes: [change] };
    return doors.sync('POST /v1/sync/push', { body });
  };
  const untilTaken = async (send: () => Promise<{ readonly status: number }>) => {
    for (let attempt = 0; attempt < 20; attempt += 1) if ((await send()).status < 300) return;
    expect.fail('never taken');
  };
  await Promise.all(
    Array.from({ length: 20 }, (_, turn) => {
      const send = () => (turn % 2 === 0 ? byServer(turn) : byPhone(turn));
      return Promise.all([untilTaken(send), untilTaken(send)]);
    }),
  );
  const { body } = await doors.entity(`GET inventory-items/${stock}`);
  expect(body.data.quantityRemaining).toBe(80);
  expect(doors.counted.get('SyncRetries')).toBeGreaterThan(0);
});
