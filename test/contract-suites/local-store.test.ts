import { expect, test } from 'vitest';
import { createNodeSqlite } from '../../lib/client/storage/node-sqlite.ts';
import { createMemoryStore } from '../../lib/client/store/memory-store.ts';
import { createSqlStore } from '../../lib/client/store/sql-store.ts';
import { localStoreContract } from './local-store.contract.ts';

localStoreContract('memory', createMemoryStore);
localStoreContract('SQLite', () => createSqlStore(createNodeSqlite(':memory:')));

test('CLI1 a process that dies within a transaction in memory leaves nothing of it', async () => {
  const store = createMemoryStore();
  await store.open(1);
  await store.transaction((transaction) => transaction.saveValue('a', '1'));
  const dying = store.transaction(async (transaction) => {
    await transaction.saveValue('a', '2');
    await new Promise((resolve) => setImmediate(resolve));
    await transaction.saveValue('b', '2');
  });
  await Promise.resolve();
  await Promise.resolve();
  const next = store.reopen();
  await expect(dying).rejects.toThrow('closed');
  expect(await next.transaction((transaction) => transaction.listValues(''))).toEqual([
    ['a', '1'],
    ['storeVersion', '1'],
  ]);
  await expect(store.transaction(() => 1)).rejects.toThrow('closed');
});

test('CLI1 a damaged row in SQLite is as good as none, and harms no other', async () => {
  const database = createNodeSqlite(':memory:');
  const store = createSqlStore(database);
  await store.open(1);
  const row = { type: 'goals', version: 3, deleted: false, data: {}, updatedAtMs: 0, generation: 1 };
  await store.transaction((transaction) =>
    transaction.saveRows([
      { ...row, id: 'a' },
      { ...row, id: 'b' },
    ]),
  );
  await database.transaction((sql) => sql.run("UPDATE headwater_rows SET data = '{' WHERE id = 'a'"));
  await store.transaction(async (transaction) => {
    expect(await transaction.loadRow('goals', 'a')).toMatchObject({ version: 0, deleted: true });
    expect((await transaction.listRows('goals')).map(({ id }) => id)).toEqual(['b']);
  });
  await store.close();
});
