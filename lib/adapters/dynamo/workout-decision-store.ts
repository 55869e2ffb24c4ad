import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { EpochMs } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DecisionStore, WorkoutDecision } from '../../workouts/decisions/model.ts';
import { MAX_DECISION_COUNT } from '../../workouts/decisions/model.ts';
import { userPartition, WORKOUT_DECISION_PREFIX, workoutDecisionKey } from './core-keys.ts';
import { type Dynamo, type Item, N, numberOf, S, stringOf } from './dynamo.ts';
import { announceOnHead } from './head-announcement.ts';
import { queryPrefix } from './query-page.ts';
import { isErased, sendTransaction } from './transaction.ts';

/**
 * DecisionStore on the `core` table: an item per decision in the user's own partition, so that an erasure takes
 * them along. Ids of records in the open, as in their pointers: nothing that was measured.
 */
export const createWorkoutDecisionStore = (dynamo: Dynamo, coreTable: string): DecisionStore => ({
  list: async (scope) => {
    const items = await queryPrefix(dynamo, {
      table: coreTable,
      partition: userPartition(scope),
      prefix: WORKOUT_DECISION_PREFIX,
      after: undefined,
      limit: MAX_DECISION_COUNT,
    });
    return items.map(fromItem);
  },
  commit: async (scope, change, { put, removeGroupIds }) => {
    const outcome = await sendTransaction(dynamo, {
      TransactItems: [
        ...announceOnHead(coreTable, scope, change),
        ...(put === undefined ? [] : [{ Put: { TableName: coreTable, Item: toItem(scope, put) } }]),
        ...removeGroupIds.map(
          (groupId): TransactWriteItem => ({
            Delete: { TableName: coreTable, Key: workoutDecisionKey(scope, groupId) },
          }),
        ),
      ],
    });
    if (outcome.kind === 'committed') return 'committed';
    return isErased(outcome.reasons[0]) ? 'erased' : 'conflict';
  },
});

const Body = z.object({
  memberIds: z.array(z.string()),
  choice: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('keep_both') }),
    z.object({ kind: z.literal('primary'), primaryId: z.string() }),
  ]),
});

const toItem = (
  scope: UserScope,
  { groupId, memberIds, choice, seq, decidedAtMs }: WorkoutDecision,
): Item => ({
  ...workoutDecisionKey(scope, groupId),
  seq: N(seq),
  at: N(decidedAtMs),
  body: S(JSON.stringify({ memberIds: [...memberIds], choice } satisfies z.input<typeof Body>)),
});

function fromItem(item: Item): WorkoutDecision {
  const { memberIds, choice } = Body.parse(JSON.parse(stringOf(item, 'body')));
  return {
    groupId: stringOf(item, 'sk').slice(WORKOUT_DECISION_PREFIX.length),
    memberIds,
    choice,
    seq: numberOf(item, 'seq'),
    decidedAtMs: numberOf(item, 'at') as EpochMs,
  };
}
