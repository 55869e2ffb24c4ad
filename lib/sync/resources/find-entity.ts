import type { EntityDefinition, SyncSchema } from '../../../contracts/sync/entity.ts';
import { ROW_ID } from '../../../contracts/sync/protocol.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { EntityStore } from '../entity-store.ts';
import { resolveRowId } from '../merge/row-id.ts';
import type { StoredRow } from '../model.ts';

/**
 * The entity that a path names, with dashes or underscores. `request.not_found` for any other text: a type
 * that there is not is a path that there is not.
 */
export function requireEntity(schema: SyncSchema, name: string): EntityDefinition {
  const entity = schema.entities.get(name.replaceAll('-', '_'));
  if (entity === undefined) throw new AppError('request.not_found', 'There is no such entity type.');
  return entity;
}

/** Whom it is about, and which row: `id` as the path has it, a UUID, `me` or the caller's own name. */
export interface RowPlace {
  readonly scope: UserScope;
  readonly entity: EntityDefinition;
  readonly id: string;
}

/**
 * The row as it is stored, tombstones too; found as well under the name that a device gave it, where the
 * server knew the row already. Undefined: there never was one. `user.not_found` for nobody's user.
 */
export async function findRow(store: EntityStore, place: RowPlace): Promise<StoredRow | undefined> {
  const { scope, entity } = place;
  if (!isRowId(place)) return undefined;
  const key = { type: entity.type, id: resolveRowId(scope.userId, entity.type, place.id) };
  const [row] = await store.loadRows(scope, [key]);
  if (row !== undefined) return row;
  await requireUser(store, scope);
  const [alias] = (await store.loadAliases(scope, [key])).values();
  if (alias === undefined) return undefined;
  const [known] = await store.loadRows(scope, [{ ...key, id: alias }]);
  return known;
}

/** Whether a row of the entity can have this id; the text is a caller's. */
export const isRowId = ({ entity, id }: Pick<RowPlace, 'entity' | 'id'>): boolean =>
  entity.id === 'me' ? id === 'me' : id !== 'me' && ROW_ID.test(id);

/** `user.not_found` for a user that there is not, or not any more. */
export async function requireUser(store: EntityStore, scope: UserScope): Promise<void> {
  if ((await store.loadHead(scope)) === 'gone')
    throw new AppError('user.not_found', 'There is no user by this id.');
}
