import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { openBetterSqlite3 } from './better-sqlite3.ts';
import { toPhoneValues } from './bind-values.ts';
import { openExpoSqlite } from './expo-sqlite.ts';
import { createNodeSqlite } from './node-sqlite.ts';
import { openOpSqlite } from './op-sqlite.ts';
import type { SqlDatabase, SqlValue } from './sql-database.ts';
import { openSqliteWasm } from './sqlite-wasm.ts';

type Sqlite3 = Awaited<ReturnType<typeof sqlite3InitModule>>;
let wasm: Sqlite3 | undefined;
const folder = mkdtempSync(join(tmpdir(), 'headwater-storage-'));
let fileCount = 0;
const newPath = () => {
  fileCount += 1;
  return join(folder, `${fileCount}.db`);
};

beforeAll(async () => {
  wasm = await sqlite3InitModule();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Real asynchrony: an answer comes after other work had its chance. */
const later = () => new Promise<void>((resolve) => setImmediate(resolve));

function expoShape() {
  const inner = new DatabaseSync(':memory:');
  return {
    execAsync: async (sql: string) => {
      await later();
      inner.exec(sql);
    },
    runAsync: async (sql: string, parameters: SqlValue[]) => {
      await later();
      return inner.prepare(sql).run(...parameters);
    },
    getAllAsync: async (sql: string, parameters: SqlValue[]) => {
      await later();
      return inner.prepare(sql).all(...parameters);
    },
    closeAsync: async () => inner.close(),
  };
}

function opShape() {
  const inner = new DatabaseSync(':memory:');
  return {
    execute: async (sql: string, parameters: SqlValue[] = []) => {
      await later();
      const rows = inner.prepare(sql).all(...parameters);
      const asOp = rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            value instanceof Uint8Array ? Uint8Array.from(value).buffer : value,
          ]),
        ),
      );
      return { rows: asOp };
    },
    close: () => inner.close(),
  };
}

const drivers: Record<string, () => SqlDatabase | Promise<SqlDatabase>> = {
  'node:sqlite': () => createNodeSqlite(newPath()),
  'the shape of better-sqlite3': () =>
    openBetterSqlite3(new DatabaseSync(newPath()), { synchronous: 'full' }),
  'the shape of expo-sqlite': () => openExpoSqlite(expoShape()),
  'the shape of op-sqlite': () => openOpSqlite(opShape()),
  'sqlite-wasm': () => {
    if (wasm === undefined) throw new Error('not loaded');
    return openSqliteWasm(new wasm.oo1.DB(':memory:'));
  },
};

describe.each(Object.entries(drivers))('%s', (_name, open) => {
  const opened = async (): Promise<SqlDatabase> => {
    const database = await open();
    await database.transaction((tx) =>
      tx.run('CREATE TABLE line (place INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT, body)'),
    );
    return database;
  };
  const texts = (database: SqlDatabase) =>
    database.transaction(async (tx) =>
      (await tx.all('SELECT text FROM line ORDER BY place')).map((row) => row['text']),
    );
  const insert = 'INSERT INTO line (text) VALUES (?)';

  test('CLI40 transactions run one after the other, in the order in which they were asked for', async () => {
    const database = await opened();
    const writes = ['a', 'b', 'c', 'd'].map((name) =>
      database.transaction(async (tx) => {
        await tx.run(insert, [`${name}1`]);
        await later();
        await tx.run(insert, [`${name}2`]);
        return name;
      }),
    );
    expect(await Promise.all(writes)).toEqual(['a', 'b', 'c', 'd']);
    expect(await texts(database)).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'd1', 'd2']);
    await database.close();
  });

  test('CLI41 what rejects leaves nothing, gives its own error, and holds up nobody', async () => {
    const database = await opened();
    const own = new Error('own');
    const failed = database.transaction(async (tx) => {
      await tx.run(insert, ['lost']);
      await later();
      throw own;
    });
    const next = database.transaction((tx) => tx.run(insert, ['kept']));
    await expect(failed).rejects.toBe(own);
    await next;
    await expect(database.transaction((tx) => tx.run('no SQL at all'))).rejects.toThrow(/syntax/);
    expect(await texts(database)).toEqual(['kept']);
    await database.close();
  });

  test('CLI41 a statement that nobody waited for is part of its transaction, and of no other', async () => {
    const database = await opened();
    await database.transaction((tx) => {
      void tx.run(insert, ['kept']);
    });
    const failed = database.transaction((tx) => {
      void tx.run(insert, ['lost']);
      throw new Error('own');
    });
    await expect(failed).rejects.toThrow('own');
    const broken = database.transaction((tx) => {
      void tx.run(insert, ['lost too']);
      void tx.run('no SQL at all');
    });
    await expect(broken).rejects.toThrow(/syntax/);
    expect(await texts(database)).toEqual(['kept']);
    await database.close();
  });

  test('CLI41 a transaction that SQLite rolled back by itself still gives its own error', async () => {
    const database = await opened();
    const failed = database.transaction(async (tx) => {
      await tx.run(insert, ['lost']);
      await tx.run('ROLLBACK');
      throw new Error('own');
    });
    await expect(failed).rejects.toThrow('own');
    expect(await texts(database)).toEqual([]);
    await database.close();
  });

  test('CLI42 a value comes back as what it was', async () => {
    const database = await opened();
    const values: SqlValue[] = [
      '',
      'Zoë 🫀 \u0000 x',
      0,
      -1.5,
      2 ** 53 - 1,
      null,
      new Uint8Array([0, 255, 7]),
    ];
    const back = await database.transaction(async (tx) => {
      for (const value of values) await tx.run('INSERT INTO line (body) VALUES (?)', [value]);
      return tx.all('SELECT body FROM line ORDER BY place');
    });
    expect(back.map((row) => row['body'])).toEqual(values);
    const again = await database.transaction(async (tx) => {
      await tx.run('INSERT INTO line (text, body) VALUES (?, ?)', ['x', 1]);
      await tx.run('INSERT INTO line (text, body) VALUES (?, ?)', ['x', null]);
      return tx.all('SELECT body FROM line WHERE text = ? ORDER BY place', ['x']);
    });
    expect(again.map((row) => row['body'])).toEqual([1, null]);
    await database.close();
  });

  test('CLI43 a transaction that has ended, and a database that is closed, take nothing more', async () => {
    const database = await opened();
    const leaked = await database.transaction((tx) => ({ tx }));
    expect(() => leaked.tx.run(insert, ['late'])).toThrow('ended');
    const before = database.transaction((tx) => tx.run(insert, ['before']));
    const closed = database.close();
    await expect(database.transaction(() => 1)).rejects.toMatchObject({ name: 'StorageClosedError' });
    await Promise.all([before, closed, database.close()]);
  });

  test('CLI42 more texts than are kept prepared are still answered', async () => {
    const database = await opened();
    const total = await database.transaction(async (tx) => {
      let sum = 0;
      for (let index = 0; index < 250; index += 1) {
        const [row] = await tx.all(`SELECT ${index} AS n`);
        sum += Number(row?.['n']);
      }
      return sum;
    });
    expect(total).toBe(31_125);
    await database.close();
  });
});

test('CLI42 what a driver of a phone could not bind is refused, and what it could is bound', () => {
  expect(toPhoneValues([7n, 'a', null, 1.5])).toEqual([7, 'a', null, 1.5]);
  expect(() => toPhoneValues([2n ** 60n])).toThrow(RangeError);
});

/** As expo-sqlite, @op-engineering/op-sqlite and better-sqlite3 declare them. */
type ExpoValue = string | number | null | boolean | Uint8Array | ArrayBuffer;
interface ExpoDatabase {
  execAsync(source: string): Promise<void>;
  runAsync(source: string, params: Record<string, ExpoValue> | ExpoValue[]): Promise<{ changes: number }>;
  runAsync(source: string, ...params: ExpoValue[]): Promise<{ changes: number }>;
  getAllAsync<T>(source: string, params: Record<string, ExpoValue> | ExpoValue[]): Promise<T[]>;
  getAllAsync<T>(source: string, ...params: ExpoValue[]): Promise<T[]>;
  closeAsync(): Promise<void>;
}
type OpScalar = string | number | boolean | null | ArrayBuffer | ArrayBufferView;
interface OpDatabase {
  execute: (query: string, params?: OpScalar[]) => Promise<{ rows: Record<string, OpScalar>[] }>;
  close: () => void;
}
interface BetterDatabase {
  exec(source: string): this;
  // biome-ignore lint/suspicious/noExplicitAny: as it is declared there.
  prepare(source: string): { run(...params: any[]): { changes: number }; all(...params: any[]): unknown[] };
  close(): this;
}

test('CLI40 the drivers fit as their packages declare them', () => {
  expectTypeOf<ExpoDatabase>().toExtend<Parameters<typeof openExpoSqlite>[0]>();
  expectTypeOf<OpDatabase>().toExtend<Parameters<typeof openOpSqlite>[0]>();
  expectTypeOf<BetterDatabase>().toExtend<Parameters<typeof openBetterSqlite3>[0]>();
  expectTypeOf<DatabaseSync>().toExtend<Parameters<typeof openBetterSqlite3>[0]>();
});

test('CLI42 a file is there again after it was closed, in WAL mode', async () => {
  const path = newPath();
  const first = createNodeSqlite(path);
  await first.transaction(async (tx) => {
    await tx.run('CREATE TABLE kept (n)');
    await tx.run('INSERT INTO kept VALUES (?)', [7]);
  });
  await first.close();
  const second = createNodeSqlite(path);
  const read = await second.transaction(async (tx) => [
    await tx.all('SELECT n FROM kept'),
    await tx.all('PRAGMA journal_mode'),
  ]);
  expect(read).toEqual([[{ n: 7 }], [{ journal_mode: 'wal' }]]);
  await second.close();
});
