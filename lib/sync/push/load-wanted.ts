import type { UserScope } from '../../samples/model.ts';
import type { EntityStore } from '../entity-store.ts';
import type { RowKey, StoredRow } from '../model.ts';
import type { Found, Wanted } from './known-rows.ts';

/** EntityStore takes so many keys at once. */
const MAX_KEY_COUNT = 1_000;
const PAGE_COUNT = 500;

/** All that is wanted, at the same time. */
export async function loadWanted(store: EntityStore, scope: UserScope, wanted: Wanted): Promise<Found> {
  const rowKeys = [...wanted.rows.values()];
  const aliasKeys = [...wanted.aliases.values()];
  const [rows, aliases, conflicts, children, types] = await Promise.all([
    inSlices(rowKeys, (keys) => store.loadRows(scope, keys)),
    inSlices(aliasKeys, async (keys) => [...(await store.loadAliases(scope, keys))]),
    wanted.conflicts.size === 0 ? [] : store.loadConflicts(scope, [...wanted.conflicts]),
    Promise.all(
      [...wanted.children.values()].map(({ type, field, ids }) =>
        store.listReferring(scope, type, field, [...ids]),
      ),
    ),
    Promise.all([...wanted.types].map((type) => listAll(store, scope, type))),
  ]);
  return { rows: [...rows, ...children.flat(), ...types.flat()], aliases: new Map(aliases), conflicts };
}

async function inSlices<Value>(
  keys: readonly RowKey[],
  load: (slice: readonly RowKey[]) => Promise<readonly Value[]>,
): Promise<readonly Value[]> {
  const slices: (readonly RowKey[])[] = [];
  for (let from = 0; from < keys.length; from += MAX_KEY_COUNT)
    slices.push(keys.slice(from, from + MAX_KEY_COUNT));
  return (await Promise.all(slices.map(load))).flat();
}

async function listAll(store: EntityStore, scope: UserScope, type: string): Promise<readonly StoredRow[]> {
  const all: StoredRow[] = [];
  for (;;) {
    const page = await store.listRows(scope, type, { afterId: all.at(-1)?.id, limit: PAGE_COUNT });
    all.push(...page);
    if (page.length < PAGE_COUNT) return all;
  }
}
