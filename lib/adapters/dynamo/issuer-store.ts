import * as z from 'zod';
import { IssuerId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { type Issuer, type IssuerStore, pairHashOf, TOKEN_ALGORITHMS } from '../../access/issuer.ts';
import type { EpochMs } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import { issuerKey, issuerPairKey, workspacePartition } from './core-keys.ts';
import { type Dynamo, type Item, N, numberOf, S, stringOf } from './dynamo.ts';
import { queryPrefix } from './query-page.ts';
import { readItem } from './read-item.ts';
import { sendTransaction } from './transaction.ts';

const Algorithms = z.array(z.enum(TOKEN_ALGORITHMS));

/** Issuers on the `core` table: ISSUER in the workspace's partition, ISSUERPAIR by the hash of the pair. */
export const createIssuerStore = (dynamo: Dynamo, coreTable: string): IssuerStore => ({
  findByPair: async (pairHash) => toIssuer(await readItem(dynamo, coreTable, issuerPairKey(pairHash))),
  load: async (workspaceId, issuerId) =>
    toIssuer(await readItem(dynamo, coreTable, issuerKey(workspaceId, issuerId))),
  list: async (workspaceId, { limit, after }) => {
    const partition = workspacePartition(workspaceId);
    const items = await queryPrefix(dynamo, { table: coreTable, partition, prefix: 'ISSUER#', after, limit });
    return items.map(fromIssuerItem);
  },
  create: async (issuer) => {
    const outcome = await sendTransaction(dynamo, {
      TransactItems: bothOf(issuer).map((key) => ({
        Put: {
          TableName: coreTable,
          Item: { ...key, ...toAttributes(issuer) },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      })),
    });
    return outcome.kind === 'committed' ? 'created' : judge(outcome.reasons, 'taken');
  },
  remove: async (issuer) => {
    const outcome = await sendTransaction(dynamo, {
      TransactItems: bothOf(issuer).map((key) => ({
        Delete: {
          TableName: coreTable,
          Key: key,
          ConditionExpression: 'issuerId = :id',
          ExpressionAttributeValues: { ':id': S(issuer.issuerId) },
        },
      })),
    });
    return outcome.kind === 'committed' ? 'removed' : judge(outcome.reasons, 'gone');
  },
});

/** A failed condition has its meaning; being in the way of another transaction is for a repeat. */
function judge<Outcome>(
  reasons: readonly { readonly Code?: string | undefined }[],
  outcome: Outcome,
): Outcome {
  if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return outcome;
  throw new AppError('server.unavailable', 'Others are changing this issuer; try again.');
}

const bothOf = (issuer: Issuer): readonly Item[] => [
  issuerKey(issuer.workspaceId, issuer.issuerId),
  issuerPairKey(pairHashOf(issuer.issuer, issuer.audience)),
];

const toAttributes = (issuer: Issuer): Item => ({
  workspaceId: S(issuer.workspaceId),
  issuerId: S(issuer.issuerId),
  issuer: S(issuer.issuer),
  audience: S(issuer.audience),
  jwksUri: S(issuer.jwksUri),
  algorithms: S(JSON.stringify(issuer.algorithms)),
  createdAt: N(issuer.createdAtMs),
});

const fromIssuerItem = (item: Item): Issuer => ({
  workspaceId: WorkspaceId.parse(stringOf(item, 'workspaceId')),
  issuerId: IssuerId.parse(stringOf(item, 'issuerId')),
  issuer: stringOf(item, 'issuer'),
  audience: stringOf(item, 'audience'),
  jwksUri: stringOf(item, 'jwksUri'),
  algorithms: Algorithms.parse(JSON.parse(stringOf(item, 'algorithms'))),
  createdAtMs: numberOf(item, 'createdAt') as EpochMs,
});

const toIssuer = (item: Item | undefined): Issuer | undefined =>
  item === undefined ? undefined : fromIssuerItem(item);
