import * as z from 'zod';
import type { EpochMs } from '../../core/instants.ts';
import type { RowState } from '../../sync/merge/row.ts';
import type { StoredRow } from '../../sync/model.ts';
import { B, BOOL, bytesOf, type Item, N, numberOf, optionalStringOf, S, stringOf } from './dynamo.ts';
import { type EntitySeal, openText, sealText } from './entity-seal.ts';
import { entityKey } from './samples-keys.ts';

const References = z.record(z.string(), z.string());
/** Checked and not copied: a pull decodes thousands of these. */
const anObject = <Value>() =>
  z.custom<Value>((value) => typeof value === 'object' && value !== null && !Array.isArray(value));
const Body = z.object({
  data: anObject<RowState['data']>(),
  stamps: anObject<RowState['stamps']>(),
  elements: anObject<RowState['elements']>(),
});

/** What is sealed of a row's state. */
export const toStateBody = ({ data, stamps, elements }: RowState) => ({ data, stamps, elements });

/** Parsed with care only where it was sealed by ourselves for this very place: the shape is looked at alone. */
export function parseStateBody(value: unknown, version: number, deleted: boolean): RowState {
  return { version, deleted, ...Body.parse(value) };
}

/**
 * A row: in the open version, deleted, seq, times, device and references (ids alone, which lists of children
 * are read from); sealed: data, stamps and elements.
 */
export function toEntityItem(row: StoredRow, seal: EntitySeal): Item {
  const key = entityKey(seal.scope, row.type, row.id);
  const place = { sortKey: stringOf(key, 'sk'), version: row.state.version };
  return {
    ...key,
    version: N(row.state.version),
    ...(row.state.deleted ? { deleted: BOOL(true) } : {}),
    seq: N(row.seq),
    createdAt: N(row.createdAtMs),
    updatedAt: N(row.updatedAtMs),
    ...(row.originDeviceId === null ? {} : { origin: S(row.originDeviceId) }),
    ...(isEmpty(row.references) ? {} : { refs: S(JSON.stringify(row.references)) }),
    body: B(sealText(seal, place, JSON.stringify(toStateBody(row.state)))),
  };
}

/** Throws `UnsealError` when the body is not the one of this place and version. */
export function fromEntityItem(item: Item, seal: Pick<EntitySeal, 'scope' | 'key'>): StoredRow {
  const sortKey = stringOf(item, 'sk');
  const [, type = '', id = ''] = sortKey.split('#');
  const version = numberOf(item, 'version');
  const body: unknown = JSON.parse(openText(seal, { sortKey, version }, bytesOf(item, 'body')));
  return {
    type,
    id,
    state: parseStateBody(body, version, isDeletedItem(item)),
    seq: numberOf(item, 'seq'),
    createdAtMs: numberOf(item, 'createdAt') as EpochMs,
    updatedAtMs: numberOf(item, 'updatedAt') as EpochMs,
    originDeviceId: optionalStringOf(item, 'origin') ?? null,
    references: referencesOf(item),
  };
}

export const isDeletedItem = (item: Item): boolean => item['deleted']?.BOOL === true;

export function referencesOf(item: Item): Readonly<Record<string, string>> {
  const refs = optionalStringOf(item, 'refs');
  return refs === undefined ? {} : References.parse(JSON.parse(refs));
}

const isEmpty = (record: Readonly<Record<string, unknown>>): boolean => {
  for (const _ in record) return false;
  return true;
};
