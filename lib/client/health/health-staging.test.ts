import { describe, expect, test } from 'vitest';
import { createNodeSqlite } from '../storage/node-sqlite.ts';
import type { HealthBatch, HealthPart } from './health-part.ts';
import type { HealthStaging } from './health-staging.ts';
import { createMemoryHealthStaging } from './memory-staging.ts';
import { createSqlHealthStaging } from './sql-staging.ts';

const stagings: Record<string, () => HealthStaging | Promise<HealthStaging>> = {
  memory: createMemoryHealthStaging,
  SQLite: () => createSqlHealthStaging(createNodeSqlite(':memory:')),
};

const part = (key: string, more: Partial<HealthPart> = {}): HealthPart => ({
  key,
  recordId: `record ${key}`,
  wireRecordId: key,
  metric: 'weight',
  source: { provider: 'health_connect' },
  startMs: 1_000,
  revision: 3,
  state: 'pending',
  contentHash: 'h',
  body: { kind: 'deletion', deletion: { metric: 'weight', recordId: key } },
  requestId: undefined,
  refusal: undefined,
  ...more,
});
const batch = (requestId: string, more: Partial<HealthBatch> = {}): HealthBatch => ({
  requestId,
  payloadHash: 'p',
  body: '{"a":"é"}',
  keys: ['a', 'b'],
  attemptCount: 0,
  attemptedAtMs: 0,
  notBeforeMs: 0,
  parkedCode: undefined,
  ...more,
});

describe.each(Object.entries(stagings))('%s', (_name, open) => {
  test('CLI50 parts are kept by key, in the order in which they were first staged', async () => {
    const staging = await open();
    await staging.transaction(async (tx) => {
      await tx.saveParts(['b', 'a', 'c'].map((key) => part(key)));
      await tx.saveParts([
        part('b', { contentHash: 'newer' }),
        part('a', { state: 'sent', body: undefined }),
      ]);
    });
    const read = await staging.transaction(async (tx) => ({
      pending: await tx.listByState('pending', 10),
      one: await tx.listByState('pending', 1),
      ofRecords: await tx.listParts(['record a', 'record c', 'none']),
      loaded: await tx.loadParts(['c', 'none']),
      counts: await tx.counts(),
    }));
    expect(read.pending.map(({ key, contentHash }) => `${key} ${contentHash}`)).toEqual(['b newer', 'c h']);
    expect(read.one).toHaveLength(1);
    expect(read.ofRecords.map(({ key }) => key).sort()).toEqual(['a', 'c']);
    expect(read.loaded).toEqual([part('c')]);
    expect(read.counts).toEqual({ pending: 2, sending: 0, sent: 1, refused: 0 });
  });

  test('CLI50 more parts than a statement has parameters are found', async () => {
    const staging = await open();
    const keys = Array.from({ length: 2_000 }, (_unused, index) => `k${index}`);
    const found = await staging.transaction(async (tx) => {
      await tx.saveParts(keys.map((key) => part(key)));
      return tx.loadParts(keys);
    });
    expect(found).toHaveLength(2_000);
  });

  test('CLI50 what was sent long ago is forgotten, what waits is not', async () => {
    const staging = await open();
    const keys = await staging.transaction(async (tx) => {
      await tx.saveParts([
        part('old sent', { state: 'sent' }),
        part('old pending'),
        part('new sent', { state: 'sent', startMs: 5_000 }),
      ]);
      await tx.removeSentBefore(5_000);
      await tx.removeParts(['none']);
      return (await tx.loadParts(['old sent', 'old pending', 'new sent'])).map(({ key }) => key).sort();
    });
    expect(keys).toEqual(['new sent', 'old pending']);
  });

  test('CLI50 batches are kept byte for byte, in their order', async () => {
    const staging = await open();
    const batches = await staging.transaction(async (tx) => {
      await tx.saveBatch(batch('2'));
      await tx.saveBatch(batch('1'));
      await tx.saveBatch(batch('2', { attemptCount: 1, parkedCode: 'x' }));
      await tx.saveBatch(batch('3'));
      await tx.removeBatch('3');
      return tx.listBatches();
    });
    expect(batches).toEqual([batch('2', { attemptCount: 1, parkedCode: 'x' }), batch('1')]);
  });

  test('CLI51 an anchor and what was staged with it are there together or not at all', async () => {
    const staging = await open();
    await staging.transaction((tx) => tx.saveAnchor('hot', 'before'));
    const failed = staging.transaction(async (tx) => {
      await tx.saveParts([part('a')]);
      await tx.saveAnchor('hot', 'after');
      await tx.saveBatch(batch('1'));
      throw new Error('killed');
    });
    await expect(failed).rejects.toThrow('killed');
    const read = await staging.transaction(async (tx) => [
      await tx.loadAnchor('hot'),
      await tx.loadAnchor('cold'),
      await tx.loadParts(['a']),
      await tx.listBatches(),
    ]);
    expect(read).toEqual(['before', undefined, [], []]);
    await staging.transaction((tx) => tx.saveAnchor('hot', undefined));
    expect(await staging.transaction((tx) => tx.loadAnchor('hot'))).toBeUndefined();
  });
});
