import { AppError } from '../../problems/app-error.ts';
import type { RecordPointer, StoredRecord } from '../../records/model.ts';
import type { RecordStore } from '../../records/record-store.ts';
import type { UserScope } from '../../samples/model.ts';
import type { RecordRules } from './rules.ts';
import { MANUAL_PROVIDER } from './to-workout-record.ts';

/** Where a manual entry is, or would be. */
export interface ManualEntry {
  readonly externalId: string;
  /** What is known of it, a deleted one too. */
  readonly pointer: RecordPointer | undefined;
  readonly living: RecordPointer | undefined;
}

interface FindDependencies {
  readonly records: Pick<RecordStore, 'loadPointers' | 'list'>;
  readonly rules: Pick<RecordRules, 'recordIdOf'>;
}

/**
 * The entry by an id that we gave or by the caller's own: one of ours names a record that there is, everything
 * else is the caller's. Throws AppError workout.not_manual for the record of another source, workout.not_found
 * for one of ours that is deleted, unless `deleted_too`: its external id went with it.
 */
export async function findEntry(
  { records, rules }: FindDependencies,
  scope: UserScope,
  workoutId: string,
  asked: 'living' | 'deleted_too' = 'living',
): Promise<ManualEntry> {
  const ownId = rules.recordIdOf(MANUAL_PROVIDER, 'workout', workoutId);
  const known = await records.loadPointers(scope, 'workout', [workoutId, ownId]);
  const given = known.get(workoutId);
  if (given === undefined) return entryOf(workoutId, known.get(ownId));
  if (given.provider !== MANUAL_PROVIDER)
    throw new AppError('workout.not_manual', 'The workout is of another source, which alone changes it.');
  const record = await readRecord(records, scope, livingOf(given));
  if (record !== undefined) return entryOf(record.body.externalId, given);
  if (asked === 'deleted_too') return entryOf(workoutId, given);
  throw new AppError('workout.not_found', 'The workout is deleted: make it anew under an id of your own.');
}

const livingOf = (pointer: RecordPointer | undefined): RecordPointer | undefined =>
  pointer?.deletedAtMs === undefined ? pointer : undefined;

const entryOf = (externalId: string, pointer: RecordPointer | undefined): ManualEntry => ({
  externalId,
  pointer,
  living: livingOf(pointer),
});

/** Other records that may begin in the same millisecond with an id that differs in its last character alone. */
const SIBLING_ID_COUNT = 8;

/** The record that a pointer names; undefined when it is gone meanwhile. */
export async function readRecord(
  records: Pick<RecordStore, 'list'>,
  scope: UserScope,
  pointer: RecordPointer | undefined,
): Promise<StoredRecord | undefined> {
  if (pointer === undefined) return undefined;
  const { startMs, recordId } = pointer;
  const found = await records.list(scope, 'workout', {
    fromMs: startMs,
    toMs: (startMs + 1) as typeof startMs,
    after: { startMs, recordId: recordId.slice(0, -1) },
    limit: SIBLING_ID_COUNT,
  });
  return found.find((record) => record.recordId === recordId);
}
