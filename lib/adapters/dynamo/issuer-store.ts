import * as z from 'zod';
import { IssuerId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import {
  type Issuer,
  type IssuerStore,
  MAX_ISSUER_COUNT,
  pairHashOf,
  TOKEN_ALGORITHMS,
} from '../../access/issuer.ts';
import type { EpochMs } from '../../core/instants.ts';
import { issuerKey, issuerPairKey, workspacePartition } from './core-keys.ts';
import { type Dynamo, type Item, N, numberOf, S, stringOf } from './dynamo.ts';
import { queryPrefix } from './query-page.ts';
import { readItem } from './read-item.ts';
import { sendTransaction } from './transaction.ts';
import { countDown, countUp, judge } from './workspace-count.ts';

const Algorithms = z.array(z.enum(TOKEN_ALGORITHMS));

const ISSUER_COUNT = { attribute: 'issuerCount', max: MAX_ISSUER_COUNT } as const;

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
      TransactItems: [
        countUp(coreTable, issuer.workspaceId, ISSUER_COUNT),
        ...bothOf(issuer).map((key) => ({
          Put: {
            TableName: coreTable,
            Item: { ...key, ...toAttributes(issuer) },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        })),
      ],
    });
    if (outcome.kind === 'committed') return 'created';
    return judge(outcome.reasons, [
      [1, 'taken' as const],
      [2, 'taken' as const],
      [0, 'limit_reached' as const],
    ]);
  },
  remove: async (issuer) => {
    const outcome = await sendTransaction(dynamo, {
      TransactItems: [
        countDown(coreTable, issuer.workspaceId, ISSUER_COUNT),
        ...bothOf(issuer).map((key) => ({
          Delete: {
            TableName: coreTable,
            Key: key,
            ConditionExpression: 'issuerId = :id',
            ExpressionAttributeValues: { ':id': S(issuer.issuerId) },
          },
        })),
      ],
    });
    if (outcome.kind === 'committed') return 'removed';
    return judge(outcome.reasons, [
      [1, 'gone' as const],
      [2, 'gone' as const],
    ]);
  },
});

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
