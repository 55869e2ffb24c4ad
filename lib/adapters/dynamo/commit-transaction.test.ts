import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import type { RequestId, SourceId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Head, StoredBlock } from '../../samples/model.ts';
import type { IngestCommit } from '../../samples/sample-store.ts';
import { buildCommit } from './commit-transaction.ts';

const scope = { workspaceId: 'ws_1' as WorkspaceId, userId: 'usr_1' as UserId };
const nowMs = 1_795_262_400_999 as EpochMs;
const head: Head = {
  seq: 8,
  settingsVersion: 3,
  timeZone: undefined,
  privacy: { uploadEnabled: true, blockedMetrics: [] },
  priorities: { orders: {}, changedAt: {} },
  erasedAtMs: undefined,
  series: {},
  sources: {},
};
const block = (version: number): StoredBlock => ({
  ref: { metric: 'steps', bucket: '2026-11-21', sourceId: 's' as SourceId, part: '' },
  version,
  seq: 8,
  count: 1,
  firstMs: nowMs,
  lastMs: nowMs,
  daySeqs: { '2026-11-21': 8 },
  parts: [],
  payload: new Uint8Array([1]),
});
const commit: IngestCommit = {
  requestId: 'r' as RequestId,
  ledger: {
    row: { state: 'answered', payloadHash: 'h', expiresAtMs: nowMs, status: 200, answer: { inline: '{}' } },
    replaces: 'nothing',
  },
  advance: {
    readHead: { seq: 7, settingsVersion: 3 },
    head,
    change: {
      kind: 'samples',
      seq: 8,
      committedAtMs: nowMs,
      correlationId: 'c',
      requestId: 'r',
      origin: 'live',
      changes: [],
    },
    blocks: [block(1), block(5)],
  },
};

const drawn = { count: 0 };
const randomness = {
  bytes: (count: number) => {
    drawn.count += 1;
    return new Uint8Array(count).fill(drawn.count);
  },
};
const build = (made: IngestCommit) =>
  buildCommit(scope, made, {
    tables: { core: 'C', samples: 'S', vault: 'V' },
    key: { id: new Uint8Array(4), secret: new Uint8Array(32) },
    nowMs,
    randomness,
  });

/** Table, sort key and everything that conditions it: the item itself is the codecs' matter. */
function conditionOf({ Put, ConditionCheck }: TransactWriteItem): string {
  const write = Put ?? ConditionCheck;
  const sk = Put?.Item?.['sk']?.S ?? ConditionCheck?.Key?.['sk']?.S;
  const values = Object.entries(write?.ExpressionAttributeValues ?? {}).map(
    ([name, value]) => `${name}=${value.N ?? value.S}`,
  );
  const names = Object.entries(write?.ExpressionAttributeNames ?? {}).map(
    ([name, value]) => `${name}=${value}`,
  );
  const old = write?.ReturnValuesOnConditionCheckFailure ?? '';
  return `${write?.TableName} ${sk}: ${write?.ConditionExpression} [${[...names, ...values]}] ${old}`.trim();
}

test('ING5 every item of a commit carries the condition that closes its window', () => {
  expect(build(commit).TransactItems?.map(conditionOf)).toEqual([
    'C LEDGER#r: attribute_not_exists(pk) OR #ttl <= :now [#ttl=ttl,:now=1795262400]',
    'C HEAD: seq = :seq AND settingsVersion = :settings AND attribute_not_exists(erasedAt) [:seq=7,:settings=3] ALL_OLD',
    'C CHANGE#000000000008: attribute_not_exists(pk) []',
    'S 2026-11-21#s: attribute_not_exists(pk) []',
    'S 2026-11-21#s: v = :read [:read=4]',
  ]);
});

test('ING11 without an advance the head is checked and not written', () => {
  expect(build({ ...commit, advance: undefined }).TransactItems?.map(conditionOf)).toEqual([
    'C LEDGER#r: attribute_not_exists(pk) OR #ttl <= :now [#ttl=ttl,:now=1795262400]',
    'C HEAD: attribute_exists(pk) AND attribute_not_exists(erasedAt) [] ALL_OLD',
  ]);
});

test.each([
  [{ state: 'queued' } as const, 'st = :state [:state=queued]'],
  [{ state: 'running', next: 4 } as const, 'st = :state AND nx = :next [:state=running,:next=4]'],
])('ING6 a ledger row that replaces %o asks for that row', (replaces, condition) => {
  const made = build({ ...commit, ledger: { ...commit.ledger, replaces } });
  expect(made.TransactItems?.map(conditionOf)[0]).toBe(`C LEDGER#r: ${condition}`);
});

test('ING6 each commit that is built has a token of its own, of at most 36 characters', () => {
  const tokens = [build(commit), build(commit)].map(({ ClientRequestToken }) => ClientRequestToken ?? '');
  expect(tokens[0]).not.toBe(tokens[1]);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{36}$/);
});
