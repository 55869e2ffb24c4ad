import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import type { QuarantinedRecord } from '../../connections/model.ts';
import { QUARANTINE_KEPT_DAYS, type QuarantineStore } from '../../connections/syncs/quarantine-store.ts';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import { mapBounded } from '../../core/map-bounded.ts';
import type { UserScope } from '../../samples/model.ts';
import { quarantineKey, quarantinePrefix, userPartition } from './core-keys.ts';
import { type Dynamo, type Item, N, numberOf, optionalStringOf, S, stringOf } from './dynamo.ts';
import { queryPrefix } from './query-page.ts';
import { rethrowStoreError } from './store-error.ts';

const WRITES_AT_A_TIME = 20;

/** QuarantineStore on the `core` table. No value of a record is in it, so it lies in the open; TTL takes it. */
export const createQuarantineStore = (dynamo: Dynamo, coreTable: string): QuarantineStore => ({
  add: async (scope, records) => {
    await mapBounded(records, WRITES_AT_A_TIME, (record) =>
      dynamo
        .send(new PutItemCommand({ TableName: coreTable, Item: toItem(scope, record) }))
        .catch(rethrowStoreError),
    );
  },
  list: async (scope, connectionId, page) => {
    const place = {
      table: coreTable,
      partition: userPartition(scope),
      prefix: quarantinePrefix(connectionId),
    };
    const items = await queryPrefix(dynamo, { ...place, ...page });
    return items.map(fromItem);
  },
});

function toItem(scope: UserScope, record: QuarantinedRecord): Item {
  const expiresMs = (record.atMs + QUARANTINE_KEPT_DAYS * DAY_MS) as EpochMs;
  return {
    ...quarantineKey(scope, record.connectionId, record.quarantineId),
    syncId: S(record.syncId),
    dataType: S(record.dataType),
    ...(record.externalId === undefined ? {} : { externalId: S(record.externalId) }),
    reason: S(record.reason),
    rawKey: S(record.rawKey),
    position: N(record.index),
    at: N(record.atMs),
    ttl: N(toEpochSec(expiresMs)),
  };
}

function fromItem(item: Item): QuarantinedRecord {
  const [connectionId, quarantineId = ''] = stringOf(item, 'sk').split('#').slice(1);
  return {
    quarantineId,
    connectionId: ConnectionId.parse(connectionId),
    syncId: SyncId.parse(stringOf(item, 'syncId')),
    dataType: stringOf(item, 'dataType'),
    externalId: optionalStringOf(item, 'externalId'),
    reason: stringOf(item, 'reason'),
    rawKey: stringOf(item, 'rawKey'),
    index: numberOf(item, 'position'),
    atMs: numberOf(item, 'at') as EpochMs,
  };
}
