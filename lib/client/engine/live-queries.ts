import type { LocalRow } from '../store/row-view.ts';
import type { RowQuery } from './read-rows.ts';

export type RowsListener = (rows: readonly LocalRow[]) => void;

interface LiveQuery {
  readonly type: string;
  readonly query: RowQuery;
  readonly listeners: Set<RowsListener>;
  isDirty: boolean;
}

export interface LiveQueries {
  /** The listener hears the rows as they are soon, and again after each transaction that may have changed them. */
  subscribe(type: string, query: RowQuery, listener: RowsListener): () => void;
  touch(types: ReadonlySet<string>): void;
  /** Resolves when all that is due was told. */
  settled(): Promise<void>;
  close(): void;
}

/**
 * CLI17: transactions that follow each other closely are one flush, in which each distinct query is read once
 * for all who watch it. A listener that throws harms nobody else.
 */
export function createLiveQueries(
  read: (type: string, query: RowQuery) => Promise<readonly LocalRow[]>,
): LiveQueries {
  const queries = new Map<string, LiveQuery>();
  let flushing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    // A turn of its own: what is touched in the same one is told together.
    await Promise.resolve();
    for (let due = dirtyOf(queries); due.length > 0; due = dirtyOf(queries)) {
      for (const live of due) await tell(live, read);
    }
  };
  const schedule = (): void => {
    flushing ??= flush().finally(() => {
      flushing = undefined;
      if (dirtyOf(queries).length > 0) schedule();
    });
  };
  return {
    subscribe(type, query, listener) {
      const key = JSON.stringify([type, query]);
      const live = queries.get(key) ?? { type, query, listeners: new Set(), isDirty: true };
      queries.set(key, live);
      live.listeners.add(listener);
      live.isDirty = true;
      schedule();
      return () => {
        live.listeners.delete(listener);
        if (live.listeners.size === 0 && queries.get(key) === live) queries.delete(key);
      };
    },
    touch(types) {
      for (const live of queries.values()) if (types.has(live.type)) live.isDirty = true;
      if (dirtyOf(queries).length > 0) schedule();
    },
    settled: async () => {
      while (flushing !== undefined) await flushing;
    },
    close: () => queries.clear(),
  };
}

const dirtyOf = (queries: ReadonlyMap<string, LiveQuery>): readonly LiveQuery[] =>
  [...queries.values()].filter(({ isDirty }) => isDirty);

async function tell(
  live: LiveQuery,
  read: (type: string, query: RowQuery) => Promise<readonly LocalRow[]>,
): Promise<void> {
  live.isDirty = false;
  let rows: readonly LocalRow[];
  try {
    rows = await read(live.type, live.query);
  } catch {
    // The storage failed: whoever asks next hears it, and the next transaction tells the rows.
    return;
  }
  for (const listener of [...live.listeners]) {
    try {
      listener(rows);
    } catch {
      // The app's own fault; others must hear their rows all the same.
    }
  }
}
