import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { EpochMs } from '../../core/instants.ts';
import type { DeviceType, Head, Source, SourceId, UserScope } from '../../samples/model.ts';
import { headKey } from './core-keys.ts';
import { type Item, N, numberOf, optionalNumberOf, optionalStringOf, S, stringOf } from './dynamo.ts';

/**
 * The head of a user in the `core` table. It is rewritten by every transaction, so its maps are kept as
 * short JSON arrays: a user with a dozen series stays within one write unit (1 KB).
 */
type StoredSource = readonly [
  provider: string,
  manufacturer: string | null,
  model: string | null,
  type: DeviceType | null,
  app: string | null,
];
type StoredSeries = Record<string, Record<string, readonly [count: number, units: Record<string, number>]>>;

export const toHeadItem = (scope: UserScope, head: Head): Item => ({
  ...headKey(scope),
  seq: N(head.seq),
  settingsVersion: N(head.settingsVersion),
  ...(head.timeZone === undefined ? {} : { timeZone: S(head.timeZone) }),
  privacy: S(JSON.stringify(head.privacy)),
  priorities: S(JSON.stringify(head.priorities)),
  ...(head.erasedAtMs === undefined ? {} : { erasedAt: N(head.erasedAtMs) }),
  series: S(JSON.stringify(toStoredSeries(head))),
  sources: S(JSON.stringify(toStoredSources(head))),
});

export const fromHeadItem = (item: Item): Head => ({
  seq: numberOf(item, 'seq'),
  settingsVersion: numberOf(item, 'settingsVersion'),
  timeZone: optionalStringOf(item, 'timeZone'),
  privacy: JSON.parse(stringOf(item, 'privacy')) as Head['privacy'],
  priorities: JSON.parse(stringOf(item, 'priorities')) as Head['priorities'],
  erasedAtMs: optionalNumberOf(item, 'erasedAt') as EpochMs | undefined,
  series: fromStoredSeries(JSON.parse(stringOf(item, 'series')) as StoredSeries),
  sources: fromStoredSources(JSON.parse(stringOf(item, 'sources')) as Record<string, StoredSource>),
});

/** The head of a user who is made in the same transaction; fails when there is one already. */
export const putNewHead = (coreTable: string, scope: UserScope, head: Head): TransactWriteItem => ({
  Put: {
    TableName: coreTable,
    Item: toHeadItem(scope, head),
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});

/**
 * Marks the user erased, with seq one up, on the condition that the head is the one read and not erased
 * yet. From then on no transaction of the user commits, whatever a warm cache still holds.
 */
export const eraseHead = (
  coreTable: string,
  scope: UserScope,
  erasure: { readonly readSeq: number; readonly erasedAtMs: EpochMs },
): TransactWriteItem => ({
  Update: {
    TableName: coreTable,
    Key: headKey(scope),
    UpdateExpression: 'SET erasedAt = :erasedAt, seq = :next',
    ConditionExpression: 'seq = :read AND attribute_not_exists(erasedAt)',
    ExpressionAttributeValues: {
      ':erasedAt': N(erasure.erasedAtMs),
      ':next': N(erasure.readSeq + 1),
      ':read': N(erasure.readSeq),
    },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

function toStoredSeries({ series }: Head): StoredSeries {
  const stored: StoredSeries = {};
  for (const [metric, bySource] of Object.entries(series)) {
    const row: StoredSeries[string] = {};
    for (const [sourceId, { count, units }] of Object.entries(bySource)) row[sourceId] = [count, units];
    stored[metric] = row;
  }
  return stored;
}

function fromStoredSeries(stored: StoredSeries): Head['series'] {
  const series: Record<string, Record<string, { count: number; units: Record<string, number> }>> = {};
  for (const [metric, bySource] of Object.entries(stored)) {
    const row: (typeof series)[string] = {};
    for (const [sourceId, [count, units]] of Object.entries(bySource)) row[sourceId] = { count, units };
    series[metric] = row;
  }
  return series;
}

function toStoredSources({ sources }: Head): Record<string, StoredSource> {
  const stored: Record<string, StoredSource> = {};
  for (const [sourceId, { provider, device, app }] of Object.entries(sources)) {
    stored[sourceId] = [
      provider,
      device?.manufacturer ?? null,
      device?.model ?? null,
      device?.type ?? null,
      app ?? null,
    ];
  }
  return stored;
}

function fromStoredSources(stored: Record<string, StoredSource>): Head['sources'] {
  const sources: Record<string, Source> = {};
  for (const [sourceId, [provider, manufacturer, model, type, app]] of Object.entries(stored)) {
    const device = {
      ...(manufacturer === null ? {} : { manufacturer }),
      ...(model === null ? {} : { model }),
      ...(type === null ? {} : { type }),
    };
    sources[sourceId] = {
      sourceId: sourceId as SourceId,
      provider,
      ...(Object.keys(device).length === 0 ? {} : { device }),
      ...(app === null ? {} : { app }),
    };
  }
  return sources;
}
