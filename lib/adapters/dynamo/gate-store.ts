import { UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { SyncId } from '../../../contracts/primitives/ids.ts';
import {
  CLOSED_GATE,
  type GateState,
  type GateStore,
  type QuotaBucket,
} from '../../connections/gate/gate-store.ts';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import { gateKey, providerPartition, quotaKey, quotaShareKey, SLOT_PREFIX, slotKey } from './core-keys.ts';
import { type Dynamo, type Item, N, numberOf, optionalNumberOf, optionalStringOf, S } from './dynamo.ts';
import { queryPrefix } from './query-page.ts';
import { isFailedCondition, readItem } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';

type Update = Omit<UpdateItemCommandInput, 'TableName' | 'Key'>;
type Send = (
  key: Item,
  change: Update,
) => Promise<{ readonly written: Item } | { readonly refused: Item | undefined }>;

/**
 * GateStore on the `core` table: one item `GATE` per provider (failures, openUntil, probes, answered,
 * pausedUntil), one per bucket of quota and one per workspace in it, one per place for a sync. Every decision
 * is a condition of the write itself.
 */
export function createGateStore(dynamo: Dynamo, coreTable: string): GateStore {
  const send: Send = async (key, change) => {
    try {
      const input = {
        TableName: coreTable,
        Key: key,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      };
      const reply = await dynamo.send(
        new UpdateItemCommand({ ReturnValues: 'ALL_NEW', ...input, ...change }),
      );
      return { written: reply.Attributes ?? {} };
    } catch (error) {
      return isFailedCondition(error) ? { refused: error.Item } : rethrowStoreError(error);
    }
  };
  return {
    load: async (provider) => toState(await readItem(dynamo, coreTable, gateKey(provider))),
    ...circuitOf(send),
    takeQuota: (bucket, workspaceId, count) => takeQuota(send, bucket, workspaceId, count),
    takeSlot: async (provider, slotCount, wanted) => {
      const page = { prefix: SLOT_PREFIX, after: undefined, limit: slotCount };
      const place = { table: coreTable, partition: providerPartition(provider) };
      const known = await queryPrefix(dynamo, { ...place, ...page });
      return takeSlot(send, { provider, slotCount, known }, wanted);
    },
    releaseSlot: async (provider, slotCount, owner) => {
      const page = { prefix: SLOT_PREFIX, after: undefined, limit: slotCount };
      const place = { table: coreTable, partition: providerPartition(provider) };
      const known = await queryPrefix(dynamo, { ...place, ...page });
      for (const item of known.filter((each) => optionalStringOf(each, 'holder') === owner)) {
        await send({ pk: S(providerPartition(provider)), sk: S(item['sk']?.S ?? '') }, release(owner));
      }
    },
  };
}

const toState = (item: Item | undefined): GateState =>
  item === undefined
    ? CLOSED_GATE
    : {
        failureCount: optionalNumberOf(item, 'failures') ?? 0,
        openUntilMs: optionalNumberOf(item, 'openUntil') as EpochMs | undefined,
        probeCount: optionalNumberOf(item, 'probes') ?? 0,
        answeredProbeCount: optionalNumberOf(item, 'answered') ?? 0,
        pausedUntilMs: optionalNumberOf(item, 'pausedUntil') as EpochMs | undefined,
      };

type Circuit = Pick<
  GateStore,
  'addFailure' | 'takeProbe' | 'answerProbe' | 'reopen' | 'clearFailures' | 'pause'
>;

const circuitOf = (send: Send): Circuit => ({
  addFailure: async (provider, { threshold, openUntilMs }) => {
    const counted = await send(gateKey(provider), {
      UpdateExpression: 'ADD failures :one',
      ExpressionAttributeValues: { ':one': N(1) },
    });
    const state = toState('written' in counted ? counted.written : undefined);
    if (state.failureCount < threshold || state.openUntilMs !== undefined) return state;
    const opened = await send(gateKey(provider), {
      UpdateExpression: 'SET openUntil = :until, probes = :zero, answered = :zero',
      ConditionExpression: 'attribute_not_exists(openUntil)',
      ExpressionAttributeValues: { ':until': N(openUntilMs), ':zero': N(0) },
    });
    return toState('written' in opened ? opened.written : opened.refused);
  },
  takeProbe: async (provider, openUntilMs, limit) => {
    const took = await send(gateKey(provider), {
      UpdateExpression: 'ADD probes :one',
      ConditionExpression: 'openUntil = :until AND probes < :limit',
      ExpressionAttributeValues: { ':one': N(1), ':until': N(openUntilMs), ':limit': N(limit) },
    });
    return 'written' in took ? 'taken' : 'none';
  },
  answerProbe: async (provider, openUntilMs, needed) => {
    const answered = await send(gateKey(provider), {
      UpdateExpression: 'ADD answered :one',
      ConditionExpression: 'openUntil = :until',
      ExpressionAttributeValues: { ':one': N(1), ':until': N(openUntilMs) },
    });
    if (!('written' in answered) || numberOf(answered.written, 'answered') < needed) return;
    await send(gateKey(provider), {
      UpdateExpression: 'SET failures = :zero REMOVE openUntil, probes, answered',
      ConditionExpression: 'openUntil = :until',
      ExpressionAttributeValues: { ':zero': N(0), ':until': N(openUntilMs) },
    });
  },
  reopen: async (provider, openUntilMs, nextUntilMs) => {
    await send(gateKey(provider), {
      UpdateExpression: 'SET openUntil = :next, probes = :zero, answered = :zero',
      ConditionExpression: 'openUntil = :until',
      ExpressionAttributeValues: { ':next': N(nextUntilMs), ':until': N(openUntilMs), ':zero': N(0) },
    });
  },
  clearFailures: async (provider) => {
    await send(gateKey(provider), {
      UpdateExpression: 'SET failures = :zero',
      ConditionExpression: 'attribute_not_exists(openUntil)',
      ExpressionAttributeValues: { ':zero': N(0) },
    });
  },
  pause: async (provider, untilMs) => {
    await send(gateKey(provider), {
      UpdateExpression: 'SET pausedUntil = :until',
      ConditionExpression: 'attribute_not_exists(pausedUntil) OR pausedUntil < :until',
      ExpressionAttributeValues: { ':until': N(untilMs) },
    });
  },
});

/** Counters are of no use after their bucket; TTL takes them some time later. */
const QUOTA_KEPT_MS = DAY_MS;

/**
 * The workspace's share first, then the bucket itself; a share that was counted for calls that the bucket had
 * not is smaller than it could be, never larger.
 */
async function takeQuota(
  send: Send,
  bucket: QuotaBucket,
  workspaceId: string,
  count: number,
): Promise<'taken' | 'none'> {
  const { provider, windowMs, startMs, endMs, limit } = bucket;
  const name = `${windowMs}#${startMs}`;
  const ttl = N(toEpochSec((endMs + QUOTA_KEPT_MS) as EpochMs));
  const share = await send(quotaShareKey(provider, name, workspaceId), {
    UpdateExpression: 'SET #ttl = :ttl ADD taken :count',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':ttl': ttl, ':count': N(count) },
  });
  const shareCount = 'written' in share ? numberOf(share.written, 'taken') : count;
  const all = await countBucket(send, { key: quotaKey(provider, name), ttl, limit }, count, shareCount);
  if (all === 'taken') return 'taken';
  await send(quotaShareKey(provider, name, workspaceId), {
    UpdateExpression: 'ADD taken :back',
    ExpressionAttributeValues: { ':back': N(-count) },
  });
  return 'none';
}

async function countBucket(
  send: Send,
  { key, ttl, limit }: { readonly key: Item; readonly ttl: Item[string]; readonly limit: number },
  count: number,
  shareCount: number,
): Promise<'taken' | 'none'> {
  const isNewcomer = shareCount === count;
  const half = Math.floor(limit / 2);
  const free = await send(key, {
    UpdateExpression: `SET #ttl = :ttl ADD taken :count${isNewcomer ? ', workspaces :one' : ''}`,
    // A bucket that is less than half full is for whoever comes.
    ConditionExpression: 'attribute_not_exists(taken) OR taken <= :half',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: {
      ':ttl': ttl,
      ':count': N(count),
      ':half': N(half - count),
      ...(isNewcomer ? { ':one': N(1) } : {}),
    },
  });
  if ('written' in free) return 'taken';
  const workspaceCount = (optionalNumberOf(free.refused ?? {}, 'workspaces') ?? 0) + (isNewcomer ? 1 : 0);
  if (shareCount > limit / Math.max(1, workspaceCount)) return 'none';
  const rest = await send(key, {
    UpdateExpression: `ADD taken :count${isNewcomer ? ', workspaces :one' : ''}`,
    ConditionExpression: 'taken <= :most',
    ExpressionAttributeValues: {
      ':count': N(count),
      ':most': N(limit - count),
      ...(isNewcomer ? { ':one': N(1) } : {}),
    },
  });
  return 'written' in rest ? 'taken' : 'none';
}

const release = (owner: SyncId): Update => ({
  UpdateExpression: 'REMOVE holder, heldUntil',
  ConditionExpression: 'holder = :me',
  ExpressionAttributeValues: { ':me': S(owner) },
});

/** The owner's own place, else one that looks free; each is taken on the condition that it still is. */
async function takeSlot(
  send: Send,
  place: { readonly provider: string; readonly slotCount: number; readonly known: readonly Item[] },
  { owner, nowMs, untilMs }: Parameters<GateStore['takeSlot']>[2],
): Promise<'taken' | 'full'> {
  const numbers = Array.from({ length: place.slotCount }, (_, slot) => slot);
  const stateOf = (slot: number): 'own' | 'free' | 'held' => {
    const sk = slotKey(place.provider, slot)['sk']?.S;
    const item = place.known.find((each) => each['sk']?.S === sk);
    const holder = item === undefined ? undefined : optionalStringOf(item, 'holder');
    if (item === undefined || holder === undefined) return 'free';
    if (holder === owner) return 'own';
    return (optionalNumberOf(item, 'heldUntil') ?? 0) <= nowMs ? 'free' : 'held';
  };
  const order = [
    ...numbers.filter((slot) => stateOf(slot) === 'own'),
    ...numbers.filter((slot) => stateOf(slot) === 'free'),
  ];
  for (const slot of order) {
    const took = await send(slotKey(place.provider, slot), {
      UpdateExpression: 'SET holder = :me, heldUntil = :until',
      ConditionExpression: 'attribute_not_exists(holder) OR holder = :me OR heldUntil <= :now',
      ExpressionAttributeValues: { ':me': S(owner), ':until': N(untilMs), ':now': N(nowMs) },
    });
    if ('written' in took) return 'taken';
  }
  return 'full';
}
