import * as z from 'zod';
import { WORKOUT_TYPES, type WorkoutType } from '../../../contracts/records/workout-types.ts';
import { type EpochMs, toIso } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { RecordKind } from '../../providers/model.ts';
import type { RecordBody, RecordPointer, StoredRecord } from '../../records/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { recordBodyKey, recordPointerKey, userPartition } from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, optionalNumberOf, S, stringOf } from './dynamo.ts';

/** ISO instants of four-digit years sort as text in the order of time; the id tells two of one start apart. */
const placeOf = (startMs: EpochMs, recordId: string): string => `${toIso(startMs)}#${recordId}`;

/** A pointer in the open: ids, times, version; nothing that was measured. */
export const toPointerItem = (scope: UserScope, pointer: RecordPointer): Item => ({
  ...recordPointerKey(scope, pointer.kind, pointer.recordId),
  provider: S(pointer.provider),
  version: N(pointer.version),
  ...(pointer.revision === undefined ? {} : { revision: N(pointer.revision) }),
  contentHash: S(pointer.contentHash),
  startMs: N(pointer.startMs),
  endMs: N(pointer.endMs),
  date: S(pointer.date),
  metrics: S(pointer.valueMetrics.join(' ')),
  ...(pointer.deletedAtMs === undefined ? {} : { deletedAt: N(pointer.deletedAtMs) }),
});

export const fromPointerItem = (kind: RecordKind, item: Item): RecordPointer => ({
  recordId: stringOf(item, 'sk').slice(`RECORD#${kind}#`.length),
  kind,
  provider: stringOf(item, 'provider'),
  version: numberOf(item, 'version'),
  revision: optionalNumberOf(item, 'revision'),
  contentHash: stringOf(item, 'contentHash'),
  startMs: numberOf(item, 'startMs') as EpochMs,
  endMs: numberOf(item, 'endMs') as EpochMs,
  date: stringOf(item, 'date'),
  valueMetrics: stringOf(item, 'metrics')
    .split(' ')
    .filter((metric) => metric !== ''),
  deletedAtMs: optionalNumberOf(item, 'deletedAt') as EpochMs | undefined,
});

export const bodyKeyOf = (
  scope: UserScope,
  { kind, startMs, recordId }: Pick<RecordPointer, 'kind' | 'startMs' | 'recordId'>,
): Item => recordBodyKey(scope, kind, placeOf(startMs, recordId));

/** Place and version: a body of another record, or an older one of this, does not open in its place. */
const aadOf = (scope: UserScope, at: string, version: number): string =>
  `${userPartition(scope)}|${at}|${version}`;

export function toRecordItem(
  scope: UserScope,
  record: StoredRecord,
  key: DataKey,
  randomness: Randomness,
): Item {
  const place = bodyKeyOf(scope, record);
  const aad = aadOf(scope, stringOf(place, 'sk'), record.version);
  return {
    ...place,
    provider: S(record.provider),
    version: N(record.version),
    seq: N(record.seq),
    startMs: N(record.startMs),
    endMs: N(record.endMs),
    date: S(record.date),
    ...(record.offsetMinutes === undefined ? {} : { offset: N(record.offsetMinutes) }),
    body: B(seal(Buffer.from(JSON.stringify(record.body)), key, aad, randomness)),
  };
}

/** Throws `UnsealError` when the body is not the one that was sealed for this place and version. */
export function fromRecordItem(scope: UserScope, kind: RecordKind, item: Item, key: DataKey): StoredRecord {
  const at = stringOf(item, 'sk');
  const version = numberOf(item, 'version');
  const body = open(bytesOf(item, 'body'), key, aadOf(scope, at, version));
  return {
    recordId: at.slice(at.lastIndexOf('#') + 1),
    kind,
    provider: stringOf(item, 'provider'),
    version,
    date: stringOf(item, 'date'),
    startMs: numberOf(item, 'startMs') as EpochMs,
    endMs: numberOf(item, 'endMs') as EpochMs,
    offsetMinutes: optionalNumberOf(item, 'offset'),
    seq: numberOf(item, 'seq'),
    body: parseBody(kind, JSON.parse(Buffer.from(body).toString('utf8'))),
  };
}

const isWorkoutType = (name: unknown): name is WorkoutType =>
  typeof name === 'string' && Object.hasOwn(WORKOUT_TYPES, name);

const Body = z.looseObject({ kind: z.enum(['sleep', 'workout']), externalId: z.string() });

/** Authenticated and written by us: what is looked at is whether it is the kind that the key says. */
function parseBody(kind: RecordKind, value: unknown): RecordBody {
  const body = Body.parse(value);
  if (body.kind !== kind || (kind === 'workout' && !isWorkoutType(body['type']))) {
    throw new Error('a stored record is not of the kind that its key says');
  }
  return body as unknown as RecordBody;
}
