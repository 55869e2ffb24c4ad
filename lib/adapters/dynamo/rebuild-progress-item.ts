import * as z from 'zod';
import { UserId } from '../../../contracts/primitives/ids.ts';
import { type EpochMs, type LocalDate, parseLocalDate } from '../../core/instants.ts';
import type { RebuildProgress } from '../../rebuilds/model.ts';
import { type Item, N, numberOf, S, stringOf } from './dynamo.ts';

const count = z.int().nonnegative();
const date = z.string().transform((text, context): LocalDate => {
  const parsed = parseLocalDate(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'is no date' });
  return z.NEVER;
});
const Walk = z.object({
  failure: z.enum(['unsettled', 'fault', 'stalled']).optional(),
  plan: z.object({
    userId: UserId.optional(),
    models: z.array(z.enum(['rollups', 'sleep', 'session_impact'])),
    metrics: z.array(z.string()).optional(),
    from: date.optional(),
    to: date.optional(),
  }),
  cursor: z.object({
    pass: count,
    doneUserId: UserId.optional(),
    userId: UserId.optional(),
    modelIndex: count,
    at: z.object({ metric: z.string().optional(), throughDate: date }).optional(),
  }),
  counts: z.object({
    userCount: count,
    computedCount: count,
    currentCount: count,
    unsettledCount: count,
  }),
});
const State = z.enum(['queued', 'running', 'done', 'failed']);

/** What conditions look at lies in the open, the rest is one text. */
export const toProgressAttributes = (progress: RebuildProgress): Item => ({
  state: S(progress.state),
  step: N(progress.step),
  createdAt: N(progress.createdAtMs),
  updatedAt: N(progress.updatedAtMs),
  walk: S(
    JSON.stringify({
      failure: progress.failure,
      plan: progress.plan,
      cursor: progress.cursor,
      counts: progress.counts,
    }),
  ),
});

export function fromProgressItem(item: Item): RebuildProgress {
  const walk = Walk.parse(JSON.parse(stringOf(item, 'walk')));
  return {
    ...(walk as Pick<RebuildProgress, 'failure' | 'plan' | 'cursor' | 'counts'>),
    state: State.parse(stringOf(item, 'state')),
    step: numberOf(item, 'step'),
    createdAtMs: numberOf(item, 'createdAt') as EpochMs,
    updatedAtMs: numberOf(item, 'updatedAt') as EpochMs,
  };
}

/** The stored walk is the one that was read. */
export const sameStep = (before: Pick<RebuildProgress, 'step' | 'state'>) => ({
  ConditionExpression: 'step = :step AND #state = :state',
  ExpressionAttributeNames: { '#state': 'state' },
  ExpressionAttributeValues: { ':step': N(before.step), ':state': S(before.state) },
});
