import { HeadwaterError } from '../client-error.ts';
import type { LocalStore, LocalTransaction } from './local-store.ts';

/** Brings the layout of a store one version further; runs in one transaction with the new number. */
export interface StoreMigration {
  readonly toVersion: number;
  migrate(transaction: LocalTransaction): Promise<void>;
}

/**
 * Forward only, in order, numbers without holes from 2 on. A migration never removes a queued write.
 *
 * | version | since | what changed |
 * | 1 | 2026-11 | the first one |
 */
export const STORE_MIGRATIONS: readonly StoreMigration[] = [];

/**
 * CLI19: whether this build may work with what is there, before anything else touches it. An older layout is
 * brought forward step by step; a newer one is left alone (STORE_TOO_NEW), and so is one that holds another
 * user's rows (STORE_OF_ANOTHER_USER), where `userId` is given.
 */
export async function passStartupGate(
  storage: LocalStore,
  userId: string | undefined,
  migrations: readonly StoreMigration[] = STORE_MIGRATIONS,
): Promise<void> {
  const newest = migrations.length + 1;
  const there = (await storage.open(newest)) ?? newest;
  if (there > newest) {
    throw new HeadwaterError('STORE_TOO_NEW', `the store has layout ${there}, this build knows ${newest}`);
  }
  for (const migration of migrations.filter(({ toVersion }) => toVersion > there)) {
    await storage.transaction(async (transaction) => {
      await migration.migrate(transaction);
      await transaction.saveValue('storeVersion', String(migration.toVersion));
    });
  }
  if (userId !== undefined) await storage.transaction((transaction) => assertUser(transaction, userId));
}

async function assertUser(transaction: LocalTransaction, userId: string): Promise<void> {
  const owner = await transaction.loadValue('userId');
  if (owner === undefined) await transaction.saveValue('userId', userId);
  else if (owner !== userId) {
    throw new HeadwaterError('STORE_OF_ANOTHER_USER', 'the store holds the rows of another user');
  }
}
