import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import type { Clock } from '../../core/clock.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ChangeLog, EntityStore } from '../entity-store.ts';
import type { SyncHead } from '../model.ts';
import type { CursorFailure } from './sync-cursor.ts';

/** What reading needs; the server's SyncDeps has all of it. */
export interface PullDeps {
  readonly store: Pick<EntityStore, 'loadHead' | 'loadRows' | 'listRows'> & ChangeLog;
  readonly schema: SyncSchema;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** A page that is asked for, of the log or of the snapshot. */
export interface PageQuery {
  readonly cursor?: string | undefined;
  /** Undefined: all. */
  readonly entityTypes?: readonly string[] | undefined;
  /** Rows, at most. */
  readonly limit: number;
}

/** The head; undefined where nothing was ever synced; `user.not_found` for nobody and for the erased. */
export async function loadLivingHead(
  { store }: Pick<PullDeps, 'store'>,
  scope: UserScope,
): Promise<SyncHead | undefined> {
  const head = await store.loadHead(scope);
  if (head === 'gone') throw new AppError('user.not_found', 'The credentials reach no user by this id.');
  return head;
}

/** `sync.unknown_entity_type` names the first that the server does not know. None named: undefined, all. */
export function checkEntityTypes(
  schema: SyncSchema,
  entityTypes: readonly string[] | undefined,
): readonly string[] | undefined {
  const unknown = entityTypes?.find((type) => !schema.entities.has(type));
  if (unknown !== undefined) throw new AppError('sync.unknown_entity_type', `There is no type ${unknown}.`);
  return entityTypes === undefined || entityTypes.length === 0 ? undefined : [...entityTypes].sort();
}

/** `request.bad_cursor` for what is damaged, `sync.resync_required` for what is another's. */
export function refuseCursor(failure: CursorFailure): AppError {
  return failure === 'damaged'
    ? new AppError('request.bad_cursor', 'Take the cursor of the answer before, as it was.')
    : resyncRequired('it was made for another user, another choice of types, or by another server');
}

/** 410 with the instruction of what to do instead. */
export const resyncRequired = (why: string): AppError =>
  new AppError(
    'sync.resync_required',
    `The cursor is of no use any more: ${why}. instruction: read GET /v1/sync/snapshot to its last page, ` +
      'then go on with GET /v1/sync/changes from thenCursor; rows that the snapshot did not bring are deleted.',
  );

/** The log of `head` holds all that follows `position`, or else `sync.resync_required`. */
export function checkPosition(
  head: SyncHead | undefined,
  { epoch, seq }: { readonly epoch: string; readonly seq: number },
): void {
  const current = head ?? { epoch: '', seq: 0, horizonSeq: 0 };
  // Before the first commit there is no epoch, and its start is the start of every log.
  const isStart = epoch === '' && seq === 0;
  if (epoch !== current.epoch && !isStart) throw resyncRequired('the log began anew');
  if (seq < current.horizonSeq) throw resyncRequired('what follows it is past the horizon');
  // Heads are read before they are handed out, so only a restored table can stand before a cursor.
  if (seq > current.seq) throw resyncRequired('the log ends before it');
}
