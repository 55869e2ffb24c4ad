import type { Entity } from '../../../contracts/http/entities.ts';
import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import { MAX_PULL_BYTES } from '../../../contracts/sync/protocol.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { EntityStore } from '../entity-store.ts';
import { toEntity } from './entity-answer.ts';
import { findRow, type RowPlace, requireUser } from './find-entity.ts';

/** The living row; `entity.not_found` where there is none, `user.not_found` for nobody's user. */
export async function getEntity(store: EntityStore, place: RowPlace): Promise<Entity> {
  const row = await findRow(store, place);
  if (row === undefined || row.state.deleted) throw notFound();
  return toEntity(row);
}

export const notFound = (): AppError => new AppError('entity.not_found', 'There is no such row.');

/** Rows of up to 64 KB: as many at a time as a container can open. */
const ROWS_PER_READ = 100;
/** Tombstones are read and passed over; a page of nothing but those ends with a cursor instead of waiting. */
const MAX_READ_COUNT = 20;

export interface EntityPage {
  readonly entities: readonly Entity[];
  /** The id to go on behind; undefined on the last page. */
  readonly nextAfterId: string | undefined;
}

/**
 * Living rows of a type in the order of their ids, after `afterId`; at most `limit`, and about
 * MAX_PULL_BYTES of them. A page may have fewer rows than asked for and still not be the last.
 * `user.not_found` for nobody's user.
 */
export async function listEntities(
  store: EntityStore,
  scope: UserScope,
  { type }: EntityDefinition,
  { afterId, limit }: { readonly afterId: string | undefined; readonly limit: number },
): Promise<EntityPage> {
  await requireUser(store, scope);
  const entities: Entity[] = [];
  let leftBytes = MAX_PULL_BYTES;
  let lastId = afterId;
  for (let readCount = 0; readCount < MAX_READ_COUNT; readCount += 1) {
    const wanted = Math.min(ROWS_PER_READ, limit - entities.length + 1);
    const rows = await store.listRows(scope, type, { afterId: lastId, limit: wanted });
    for (const row of rows) {
      if (!row.state.deleted) {
        if (entities.length === limit || leftBytes <= 0) return { entities, nextAfterId: lastId };
        const entity = toEntity(row);
        leftBytes -= Buffer.byteLength(JSON.stringify(entity));
        entities.push(entity);
      }
      lastId = row.id;
    }
    if (rows.length < wanted) return { entities, nextAfterId: undefined };
  }
  return { entities, nextAfterId: lastId };
}
