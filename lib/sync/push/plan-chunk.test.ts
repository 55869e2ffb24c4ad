import { expect, test } from 'vitest';
import type { UserId } from '../../../contracts/primitives/ids.ts';
import { SYNC_SCHEMA } from '../../../contracts/sync/registry.ts';
import { hlcAt, uuid } from '../../../test/support/device-server.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { StoredRow, SyncHead } from '../model.ts';
import { judgeChanges } from './judge-changes.ts';
import { KnownRows, nothingWanted } from './known-rows.ts';
import { type ChunkRequest, planChunk } from './plan-chunk.ts';
import type { RawChange } from './write-model.ts';

const nowMs = 1_795_262_400_000 as EpochMs;
const HEAD: SyncHead = {
  seq: 4,
  epoch: 'e',
  horizonSeq: 0,
  forgottenVersion: 0,
  digests: {},
  openConflictCount: 2,
};

const change = (id: number, parts: Partial<RawChange> = {}): RawChange => ({
  requestId: `r${id}${parts.op ?? ''}`,
  entityType: 'journal_entries',
  id: uuid(id),
  op: 'create',
  hlc: hlcAt(id),
  data: { title: `t${id}` },
  ...parts,
});
const request = (
  changes: readonly RawChange[],
  limits: Partial<ChunkRequest['limits']> = {},
): ChunkRequest => {
  let conflictCount = 0;
  return {
    tasks: judgeChanges(SYNC_SCHEMA, changes, { nowMs, expected: undefined }),
    context: {
      schema: SYNC_SCHEMA,
      userId: 'usr_1' as UserId,
      seq: 5,
      nowMs,
      originDeviceId: 'phone',
      newConflictId: () => {
        conflictCount += 1;
        return `c${conflictCount}`;
      },
      takesAsNew: false,
      forgottenVersion: 0,
    },
    limits: { slotCount: 97, bytes: 3_000_000, ...limits },
    operationId: 'op',
    correlationId: 'corr',
  };
};
const rowOf = (id: number, version = 1): StoredRow => ({
  type: 'journal_entries',
  id: uuid(id),
  state: {
    version,
    deleted: false,
    data: { title: 'stored' },
    stamps: { title: { hlc: hlcAt(50, 'tablet'), version } },
    elements: {},
  },
  seq: 1,
  createdAtMs: nowMs,
  updatedAtMs: nowMs,
  originDeviceId: 'tablet',
  references: {},
});
/** What was read: these rows, and that the other ids have none. */
function knowing(rows: readonly StoredRow[], ids: readonly number[]): KnownRows {
  const known = new KnownRows();
  const wanted = nothingWanted();
  for (const id of ids) {
    wanted.rows.set(`journal_entries#${uuid(id)}`, { type: 'journal_entries', id: uuid(id) });
  }
  known.learn(wanted, { rows, aliases: new Map(), conflicts: [] });
  return known;
}

test('SYN1 a plan asks for what it does not know', () => {
  const plan = planChunk(new KnownRows(), HEAD, HEAD, request([change(1)]));
  expect(plan.kind === 'wanted' && [...plan.wanted.rows.keys()]).toEqual([`journal_entries#${uuid(1)}`]);
});

test('SYN1 the same knowledge gives the same plan, and is left as it was', () => {
  const stored = Object.freeze(rowOf(2, 3));
  const known = knowing([stored], [1, 3]);
  const changes = [
    change(1),
    change(2, { op: 'update', baseVersion: 2, data: { mood: 'm', title: 'x' } }),
    change(3),
  ];
  const plan = planChunk(known, HEAD, HEAD, request(changes));
  expect(planChunk(known, HEAD, HEAD, request(changes))).toEqual(plan);
  if (plan.kind !== 'planned') throw new Error('a plan asked');
  expect(plan.outcomes.map(({ kind }) => kind)).toEqual(['successful', 'conflict', 'successful']);
  expect(plan.commit).toMatchObject({
    read: HEAD,
    head: { seq: 5, epoch: 'e', openConflictCount: 2, digests: { journal_entries: { count: 2 } } },
    rows: [
      { readVersion: undefined, row: { id: uuid(1), seq: 5, originDeviceId: 'phone' } },
      { readVersion: 3, row: { id: uuid(2), state: { version: 4 } } },
      { readVersion: undefined, row: { id: uuid(3) } },
    ],
    entry: { seq: 5, operationId: 'op', correlationId: 'corr', originDeviceId: 'phone' },
    conflicts: [{ isNew: true, record: { conflictId: 'c1', status: 'resolved', requestId: 'r2update' } }],
  });
  expect(known.row(`journal_entries#${uuid(2)}`)).toBe(stored);
  expect(known.row(`journal_entries#${uuid(1)}`)).toBeNull();
});

test('SYN1 a chunk ends before the change that would not fit, by items and by bytes', () => {
  const ids = [1, 2, 3, 4, 5];
  const lengths = (limits: Partial<ChunkRequest['limits']>, changes = ids.map((id) => change(id))) => {
    const plan = planChunk(knowing([], ids), HEAD, HEAD, request(changes, limits));
    return plan.kind === 'planned' ? [plan.outcomes.length, plan.commit.rows.length] : [];
  };
  expect(lengths({})).toEqual([5, 5]);
  expect(lengths({ slotCount: 2 })).toEqual([2, 2]);
  expect(lengths({ bytes: 1_500 })).toEqual([2, 2]);
  // Changes of one row are one item.
  const same = [
    change(1),
    change(1, { op: 'update', data: { title: 'b' }, hlc: hlcAt(9) }),
    change(2),
    change(3),
  ];
  expect(lengths({ slotCount: 2 }, same)).toEqual([3, 2]);
});

test('SYN2 a change that no transaction holds is refused, and those behind it go on', () => {
  const large = change(1, { data: { content: 'x'.repeat(3_000) } });
  const plan = planChunk(knowing([], [1, 2]), HEAD, HEAD, request([large, change(2)], { bytes: 2_000 }));
  expect(plan.kind === 'planned' && plan.outcomes).toMatchObject([
    { kind: 'failed', code: 'sync.row_too_large' },
    { kind: 'successful' },
  ]);
});

test('SYN1 a plan that changes nothing has no entry and leaves the head as it is', () => {
  const stored = rowOf(1);
  const same = change(1, {
    op: 'update',
    baseVersion: 1,
    data: { title: 'stored' },
    hlc: hlcAt(50, 'tablet'),
  });
  const plan = planChunk(knowing([stored], []), HEAD, HEAD, request([same, change(2, { hlc: 'no clock' })]));
  expect(plan).toMatchObject({
    outcomes: [{ kind: 'successful', version: 1 }, { kind: 'failed' }],
    commit: { head: HEAD, entry: undefined, rows: [], conflicts: [] },
  });
});
