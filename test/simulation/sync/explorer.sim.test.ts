import { type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import type { BreakCommit } from './explored-world.ts';
import { explore } from './explorer.ts';
import { bare, sortKeyOf } from './seam-mutants.ts';
import { seedSync } from './seed.ts';

const TIMEOUT_MS = 120_000;
const seeded = await seedSync();

const ofItems =
  (mutate: (write: TransactWriteItem, sortKey: string) => TransactWriteItem | undefined): BreakCommit =>
  (command) => {
    const TransactItems = command.input.TransactItems?.flatMap(
      (write) => mutate(write, sortKeyOf(write)) ?? [],
    );
    return new TransactWriteItemsCommand({ ...command.input, TransactItems });
  };

test('SIM25 in every interleaving of two devices, with one loss anywhere, each edit counts once', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { fault, stateCount, pathCount } = await explore(seeded, (command) => command);
  console.log(`explored ${stateCount} states on ${pathCount} paths`);
  expect(fault).toBeUndefined();
  expect(stateCount).toBeGreaterThan(200);
});

test('SIM25 the exploration finds commits without conditions', { timeout: TIMEOUT_MS }, async () => {
  const broken = ofItems((write, sk) => (/^ENTITY(#|LOG#|OP#|$)|^ENTITIES$/.test(sk) ? bare(write) : write));
  expect((await explore(seeded, broken)).fault?.what).toMatch(/counts once|has/);
});

test('SIM25 the exploration finds commits that tell nobody', { timeout: TIMEOUT_MS }, async () => {
  const broken = ofItems((write, sk) => (sk.startsWith('ENTITYLOG#') ? undefined : write));
  expect((await explore(seeded, broken)).fault?.what).toMatch(/has/);
});
