import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import { relationsOf } from '../../sync/merge/relation-graph.ts';
import { HeadwaterError } from '../client-error.ts';
import type { LocalKey, LocalRelation, LocalTransaction, ServerRow } from '../store/local-store.ts';
import { type IntegrityState, loadIntegrity, saveIntegrity } from '../store/sync-state.ts';

/** Beyond this all rows are looked at instead. */
const MAX_SUSPECT_COUNT = 1_000;
/** Per relation: one is enough to stop, and some are enough to see why. */
const MAX_ORPHAN_COUNT = 100;

export interface Verdict {
  /** Rows whose optional parent is not there. */
  readonly warningCount: number;
  /** Rows whose mandatory parent is not there, although a snapshot was taken because of it. */
  readonly acceptedCount: number;
}

/**
 * CLI15: whether the rows that a page touched have their parents; called in the transaction of the page and
 * before its cursor is written. A page in the middle of a pull may bring a child before its parent, so such
 * rows are only remembered; the last page is judged with all of them. Rejects with INTEGRITY_VIOLATION where a
 * mandatory parent is missing, and with INTEGRITY_UNKNOWN where the check itself fails: either way nothing of
 * the page stays. After a snapshot that changed nothing about it, the server's own rows are so: they are taken
 * and counted, or this device would never see anything again.
 */
export async function judgePage(
  transaction: LocalTransaction,
  schema: SyncSchema,
  page: { readonly rows: readonly ServerRow[]; readonly isLast: boolean },
): Promise<Verdict> {
  try {
    const state = await loadIntegrity(transaction);
    const suspects = [...state.suspects, ...(await listSuspects(transaction, schema, page.rows))];
    const checkAll = state.checkAll || suspects.length > MAX_SUSPECT_COUNT;
    if (!page.isLast) {
      const next = { ...state, checkAll, suspects: checkAll ? [] : distinct(suspects) };
      if (suspects.length > 0) await saveIntegrity(transaction, next);
      return { warningCount: 0, acceptedCount: 0 };
    }
    return await judge(transaction, schema, { ...state, suspects, checkAll });
  } catch (error) {
    if (error instanceof HeadwaterError) throw error;
    throw new HeadwaterError('INTEGRITY_UNKNOWN', 'the integrity check failed', { cause: error });
  }
}

async function judge(
  transaction: LocalTransaction,
  schema: SyncSchema,
  state: IntegrityState,
): Promise<Verdict> {
  let mandatoryCount = 0;
  let warningCount = 0;
  for (const { relation, mandatory } of relationsIn(schema)) {
    const orphans = state.checkAll
      ? await transaction.listOrphans(relation, MAX_ORPHAN_COUNT)
      : await listOrphansAmong(transaction, relation, state.suspects);
    if (mandatory) mandatoryCount += orphans.length;
    else warningCount += orphans.length;
  }
  if (mandatoryCount > 0 && state.resyncCount === 0) {
    throw new HeadwaterError('INTEGRITY_VIOLATION', `${mandatoryCount} rows have no parent`);
  }
  const isDirty = state.checkAll || state.suspects.length + state.violationCount + state.resyncCount > 0;
  if (isDirty) await saveIntegrity(transaction, CLEAN);
  return { warningCount, acceptedCount: mandatoryCount };
}

const CLEAN: IntegrityState = { suspects: [], checkAll: false, violationCount: 0, resyncCount: 0 };

interface JudgedRelation {
  readonly relation: LocalRelation;
  readonly mandatory: boolean;
}

const known = new WeakMap<SyncSchema, readonly JudgedRelation[]>();

function relationsIn(schema: SyncSchema): readonly JudgedRelation[] {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const relations = [...relationsOf(schema).children].flatMap(([parent, children]) =>
    children.map(({ type, field, reference }) => ({
      relation: { child: type, field, parent },
      mandatory: reference.mandatory,
    })),
  );
  known.set(schema, relations);
  return relations;
}

/** Rows of the page without a parent, and children of those that the page deletes. */
async function listSuspects(
  transaction: LocalTransaction,
  schema: SyncSchema,
  rows: readonly ServerRow[],
): Promise<readonly LocalKey[]> {
  const suspects: LocalKey[] = [];
  for (const { relation } of relationsIn(schema)) {
    const touched = rows.filter((row) => row.type === relation.child && !row.deleted);
    suspects.push(...(await withoutParent(transaction, relation, touched)));
    const deleted = rows.filter((row) => row.type === relation.parent && row.deleted).map(({ id }) => id);
    if (deleted.length === 0) continue;
    const children = await transaction.listChildren(relation, deleted, MAX_SUSPECT_COUNT + 1);
    suspects.push(...children.map((id) => ({ type: relation.child, id })));
  }
  return suspects;
}

async function withoutParent(
  transaction: LocalTransaction,
  relation: LocalRelation,
  rows: readonly ServerRow[],
): Promise<readonly LocalKey[]> {
  const parentOf = ({ data }: ServerRow): string | undefined => {
    const parentId = data[relation.field];
    return typeof parentId === 'string' ? parentId : undefined;
  };
  const parents = [...new Set(rows.flatMap((row) => parentOf(row) ?? []))];
  if (parents.length === 0) return [];
  const missing = new Set(await transaction.listMissing(relation.parent, parents));
  if (missing.size === 0) return [];
  return rows.filter((row) => missing.has(parentOf(row) ?? '')).map(({ type, id }) => ({ type, id }));
}

async function listOrphansAmong(
  transaction: LocalTransaction,
  relation: LocalRelation,
  suspects: readonly LocalKey[],
): Promise<readonly LocalKey[]> {
  const ids = distinct(suspects)
    .filter(({ type }) => type === relation.child)
    .map(({ id }) => id);
  if (ids.length === 0) return [];
  const rows = await transaction.loadRows(relation.child, ids);
  return withoutParent(
    transaction,
    relation,
    rows.filter(({ deleted }) => !deleted),
  );
}

function distinct(keys: readonly LocalKey[]): readonly LocalKey[] {
  return [...new Map(keys.map((key) => [`${key.type} ${key.id}`, key])).values()];
}
