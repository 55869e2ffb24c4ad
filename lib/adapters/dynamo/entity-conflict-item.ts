import * as z from 'zod';
import { SYNC_HORIZON_DAYS } from '../../../contracts/sync/protocol.ts';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { RowChange, RowState } from '../../sync/merge/row.ts';
import type { ConflictRecord } from '../../sync/model.ts';
import { ENTITY_CONFLICT_PREFIX, entityConflictKey } from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, optionalNumberOf, S, stringOf } from './dynamo.ts';
import { parseStateBody, toStateBody } from './entity-item.ts';
import { type EntitySeal, openText, sealText } from './entity-seal.ts';

const State = z.object({ version: z.number(), deleted: z.boolean(), body: z.unknown() }).nullable();
const Body = z.object({
  facts: z.object({
    outcome: z.enum(['merged', 'server_wins', 'client_wins', 'manual']),
    fields: z.array(z.string()),
    policy: z.string(),
  }),
  change: z.object({
    op: z.enum(['create', 'update', 'delete']),
    baseVersion: z.number().nullable(),
    data: z.record(z.string(), z.unknown()),
    hlc: z.string(),
  }),
  before: State,
  after: State,
});
const Status = z.enum(['open', 'resolved']);

/** The elements of sets stay with the row: a record shows what both sides said, not how sets remember. */
const toState = (state: RowState | undefined) =>
  state === undefined
    ? null
    : {
        version: state.version,
        deleted: state.deleted,
        body: toStateBody({ ...state, elements: {} }),
      };

const fromState = (state: z.infer<typeof State>): RowState | undefined =>
  state === null ? undefined : parseStateBody(state.body, state.version, state.deleted);

/** Resolved records go with DynamoDB's TTL after the horizon. */
export function toConflictItem(record: ConflictRecord, seal: EntitySeal): Item {
  const key = entityConflictKey(seal.scope, record.conflictId);
  const { change, resolvedAtMs } = record;
  const body = {
    facts: record.facts,
    change: { ...change, baseVersion: change.baseVersion ?? null },
    before: toState(record.before),
    after: toState(record.after),
  };
  const place = { sortKey: stringOf(key, 'sk'), version: record.status };
  return {
    ...key,
    status: S(record.status),
    entityType: S(record.type),
    entityId: S(record.id),
    requestId: S(record.requestId),
    deviceId: S(record.deviceId),
    createdAt: N(record.createdAtMs),
    ...(resolvedAtMs === undefined
      ? {}
      : {
          resolvedAt: N(resolvedAtMs),
          ttl: N(toEpochSec((resolvedAtMs + SYNC_HORIZON_DAYS * DAY_MS) as EpochMs)),
        }),
    body: B(sealText(seal, place, JSON.stringify(body))),
  };
}

export function fromConflictItem(item: Item, seal: Pick<EntitySeal, 'scope' | 'key'>): ConflictRecord {
  const sortKey = stringOf(item, 'sk');
  const status = Status.parse(stringOf(item, 'status'));
  const text = openText(seal, { sortKey, version: status }, bytesOf(item, 'body'));
  const { facts, change, before, after } = Body.parse(JSON.parse(text));
  const parsed: RowChange = { ...change, baseVersion: change.baseVersion ?? undefined };
  return {
    conflictId: sortKey.slice(ENTITY_CONFLICT_PREFIX.length),
    status,
    type: stringOf(item, 'entityType'),
    id: stringOf(item, 'entityId'),
    requestId: stringOf(item, 'requestId'),
    deviceId: stringOf(item, 'deviceId'),
    facts,
    change: parsed,
    before: fromState(before),
    after: fromState(after),
    createdAtMs: numberOf(item, 'createdAt') as EpochMs,
    resolvedAtMs: optionalNumberOf(item, 'resolvedAt') as EpochMs | undefined,
  };
}
