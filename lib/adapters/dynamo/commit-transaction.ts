import { createHash } from 'node:crypto';
import type { TransactWriteItem, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { StoredBlock, UserScope } from '../../samples/model.ts';
import type { Advance, IngestCommit } from '../../samples/sample-store.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { toBlockItem } from './block-item.ts';
import { toChangeItem } from './change-item.ts';
import { headKey, userPartition } from './core-keys.ts';
import { type Item, N, S, type TableNames } from './dynamo.ts';
import { toHeadItem } from './head-item.ts';
import { toLedgerItem } from './ledger-item.ts';

/** Where the head stands in the transaction, and so its cancellation reason. */
export const HEAD_INDEX = 1;
/** DynamoDB's longest ClientRequestToken (API reference of TransactWriteItems). */
const TOKEN_LENGTH = 36;
const ATTEMPT_BYTES = 8;

export interface SealingContext {
  readonly tables: TableNames;
  readonly key: DataKey;
  readonly nowMs: EpochMs;
  readonly randomness: Randomness;
}

/**
 * The one transaction of a commit (ING5). Every line has a window that another writer can move in between
 * our read and this write, and the condition that closes it:
 *
 *   read ledger ──────────── twin commits the same request ──> ledger: absent, or the row that was read
 *     read head ──────────── other request takes seq + 1 ────> head: seq is the one read
 *               ──────────── privacy or zone is changed ─────> head: settingsVersion is the one read
 *               ──────────── user is erased ─────────────────> head: no erasedAt
 *     read blocks ────────── other request merges into one ──> block: version is the one read, or absent
 *                                                              change entry: absent
 *
 * Nothing is written when one of them fails. Without `advance` the head is only checked (ING11).
 */
export function buildCommit(
  scope: UserScope,
  commit: IngestCommit,
  context: SealingContext,
): TransactWriteItemsCommandInput {
  const { advance } = commit;
  return {
    ClientRequestToken: requestToken(scope, commit, context.randomness),
    TransactItems: [
      ledgerWrite(scope, commit, { ...context, coreTable: context.tables.core }),
      ...(advance === undefined
        ? [checkHead(scope, context.tables)]
        : [
            putHead(scope, advance, context.tables),
            putChange(scope, advance, context.tables),
            ...advance.blocks.map((block) => putBlock(scope, block, context)),
          ]),
    ],
  };
}

/**
 * The SDK sends the same bytes again when a reply is lost, and DynamoDB knows them by this token for ten
 * minutes. A commit that is built anew has other nonces, so it needs a token of its own.
 */
function requestToken(scope: UserScope, commit: IngestCommit, randomness: Randomness): string {
  const seq = commit.advance?.head.seq ?? 'none';
  return createHash('sha256')
    .update(`${userPartition(scope)}|${commit.requestId}|${seq}|`)
    .update(randomness.bytes(ATTEMPT_BYTES))
    .digest('base64url')
    .slice(0, TOKEN_LENGTH);
}

/** The ledger row of a request, on the condition that it is the one that was read (ING6). */
export function ledgerWrite(
  scope: UserScope,
  commit: Pick<IngestCommit, 'requestId' | 'ledger'>,
  context: Omit<SealingContext, 'tables'> & { readonly coreTable: string },
): TransactWriteItem {
  const place = { scope, requestId: commit.requestId };
  return {
    Put: {
      TableName: context.coreTable,
      Item: toLedgerItem(place, commit.ledger.row, context.key, context.randomness),
      ...ledgerCondition(commit.ledger.replaces, context.nowMs),
    },
  };
}

interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues: Item;
}

function ledgerCondition(replaces: IngestCommit['ledger']['replaces'], nowMs: EpochMs): Condition {
  if (replaces === 'nothing') {
    return {
      ConditionExpression: 'attribute_not_exists(pk) OR #ttl <= :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':now': N(toEpochSec(nowMs)) },
    };
  }
  return replaces.state === 'queued'
    ? { ConditionExpression: 'st = :state', ExpressionAttributeValues: { ':state': S('queued') } }
    : {
        ConditionExpression: 'st = :state AND nx = :next',
        ExpressionAttributeValues: { ':state': S('running'), ':next': N(replaces.next) },
      };
}

const checkHead = (scope: UserScope, tables: TableNames): TransactWriteItem => ({
  ConditionCheck: {
    TableName: tables.core,
    Key: headKey(scope),
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(erasedAt)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

const putHead = (scope: UserScope, { head, readHead }: Advance, tables: TableNames): TransactWriteItem => ({
  Put: {
    TableName: tables.core,
    Item: toHeadItem(scope, head),
    ConditionExpression: 'seq = :seq AND settingsVersion = :settings AND attribute_not_exists(erasedAt)',
    ExpressionAttributeValues: { ':seq': N(readHead.seq), ':settings': N(readHead.settingsVersion) },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

const putChange = (scope: UserScope, { change }: Advance, tables: TableNames): TransactWriteItem => ({
  Put: {
    TableName: tables.core,
    Item: toChangeItem(scope, change),
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});

const putBlock = (scope: UserScope, block: StoredBlock, context: SealingContext): TransactWriteItem => ({
  Put: {
    TableName: context.tables.samples,
    Item: toBlockItem(scope, block, context.key, context.randomness),
    ...(block.version === 1
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : { ConditionExpression: 'v = :read', ExpressionAttributeValues: { ':read': N(block.version - 1) } }),
  },
});
