import type { SyncSchema } from '../../../contracts/sync/entity.ts';
import type { Randomness } from '../../core/randomness.ts';
import { HeadwaterError } from '../client-error.ts';
import type { MaybePromise } from '../storage/sql-database.ts';
import type { LocalStore, LocalTransaction } from '../store/local-store.ts';
import type { Transport } from '../transport.ts';

/** What every part of the client works with. */
export interface ClientContext {
  readonly storage: LocalStore;
  readonly transport: Transport;
  readonly schema: SyncSchema;
  readonly deviceId: string;
  /** Milliseconds since 1970-01-01T00:00:00Z, as the device believes. */
  readonly clock: { now(): number };
  readonly randomness: Randomness;
  /** What to add to the device's clock to have the server's, and the clock of the last write; as stored. */
  readonly serverClock: { offsetMs: number; lastWriteMs: number };
  /** Called after a transaction that committed, with the types whose rows may look different now. */
  readonly onChanged: (types: ReadonlySet<string>) => void;
}

/** A transaction as the client runs it: it says which types it touched, and who watches them hears of it after. */
export async function transact<Value>(
  context: ClientContext,
  work: (transaction: LocalTransaction, touched: Set<string>) => MaybePromise<Value>,
): Promise<Value> {
  const touched = new Set<string>();
  const value = await inStorage(() =>
    context.storage.transaction((transaction) => work(transaction, touched)),
  );
  if (touched.size > 0) context.onChanged(touched);
  return value;
}

/** What the server's clock shows, as far as this device knows. */
export const serverNowMs = (context: ClientContext): number =>
  context.clock.now() + context.serverClock.offsetMs;

/** Errors of the storage are STORAGE_ERROR; those of ours pass. */
export async function inStorage<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HeadwaterError) throw error;
    throw new HeadwaterError('STORAGE_ERROR', 'the local database failed', { cause: error });
  }
}
