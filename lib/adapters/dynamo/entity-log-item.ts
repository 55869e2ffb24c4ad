import * as z from 'zod';
import type { EpochMs } from '../../core/instants.ts';
import type { LogAnnouncement, LogChange, LogEntry, StoredRow } from '../../sync/model.ts';
import { ENTITY_LOG_PREFIX, entityLogKey } from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, optionalStringOf, S, stringOf } from './dynamo.ts';
import { type EntitySeal, openText, sealText } from './entity-seal.ts';

const Changes = z.array(z.tuple([z.string(), z.string(), z.enum(['upsert', 'delete']), z.number()]));
const Row = z.object({
  at: z.number(),
  createdAt: z.number(),
  origin: z.string().nullable(),
  references: z.record(z.string(), z.string()),
  data: z.record(z.string(), z.unknown()),
});
const Rows = z.array(Row);

/** In the open what changed; sealed the rows that are small enough, by their place in the list. */
export function toLogItem(entry: LogEntry, seal: EntitySeal): Item {
  const key = entityLogKey(seal.scope, entry.seq);
  const rows = entry.changes.flatMap(({ row }, at) => (row === undefined ? [] : [toInlineRow(row, at)]));
  const place = { sortKey: stringOf(key, 'sk'), version: entry.seq };
  return {
    ...key,
    seq: N(entry.seq),
    committedAt: N(entry.committedAtMs),
    correlationId: S(entry.correlationId),
    ...(entry.originDeviceId === null ? {} : { origin: S(entry.originDeviceId) }),
    ...(entry.operationId === null ? {} : { operationId: S(entry.operationId) }),
    changes: S(JSON.stringify(entry.changes.map(({ type, id, op, version }) => [type, id, op, version]))),
    rows: B(sealText(seal, place, JSON.stringify(rows))),
  };
}

const toInlineRow = (row: StoredRow, at: number) => ({
  at,
  createdAt: row.createdAtMs,
  origin: row.originDeviceId,
  references: row.references,
  data: row.state.data,
});

/** What the stream tells everyone of an entry; needs no key. Throws for an item that is none. */
export const announcementOf = (item: Item): LogAnnouncement => ({
  seq: numberOf(item, 'seq'),
  committedAtMs: numberOf(item, 'committedAt') as EpochMs,
  originDeviceId: optionalStringOf(item, 'origin') ?? null,
  correlationId: stringOf(item, 'correlationId'),
  changes: Changes.parse(JSON.parse(stringOf(item, 'changes'))).map(([type, id, op, version]) => ({
    type,
    id,
    op,
    version,
  })),
});

export const isLogItem = (item: Item): boolean => stringOf(item, 'sk').startsWith(ENTITY_LOG_PREFIX);

export function fromLogItem(item: Item, seal: Pick<EntitySeal, 'scope' | 'key'>): LogEntry {
  const announced = announcementOf(item);
  const place = { sortKey: stringOf(item, 'sk'), version: announced.seq };
  const rows = Rows.parse(JSON.parse(openText(seal, place, bytesOf(item, 'rows'))));
  const rowsByPlace = new Map(rows.map((row) => [row.at, row]));
  return {
    ...announced,
    operationId: optionalStringOf(item, 'operationId') ?? null,
    changes: announced.changes.map((change, at) => ({
      ...change,
      row: fromInlineRow(announced, change, rowsByPlace.get(at)),
    })),
  };
}

function fromInlineRow(
  { seq, committedAtMs }: LogAnnouncement,
  { type, id, op, version }: Omit<LogChange, 'row'>,
  row: z.infer<typeof Row> | undefined,
): StoredRow | undefined {
  if (row === undefined) return undefined;
  return {
    type,
    id,
    // What devices see of it: how the server merges lies with the row alone.
    state: { version, deleted: op === 'delete', data: row.data, stamps: {}, elements: {} },
    seq,
    createdAtMs: row.createdAt as EpochMs,
    updatedAtMs: committedAtMs,
    originDeviceId: row.origin,
    references: row.references,
  };
}
