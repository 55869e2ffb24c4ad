import type { LocalStore, LocalTransaction } from '../../../lib/client/store/local-store.ts';
import type { DeviceProcess } from './device-process.ts';
import type { SyncMutant } from './mutant.ts';

/**
 * A store as a process sees it that may be killed at any call: before a transaction, at any statement of it
 * (it then leaves nothing), before its commit, and after its commit with nobody told.
 */
export function killableStore(
  store: LocalStore,
  process: DeviceProcess,
  mutate: SyncMutant['transaction'],
): LocalStore {
  return {
    open: (version) => process.guard(() => store.open(version)),
    transaction: (work) =>
      process.guard(() =>
        store.transaction(async (transaction) => {
          const killable = killableTransaction(transaction, process);
          const value = await work(mutate?.(killable, process) ?? killable);
          process.passOrEnd();
          return value;
        }),
      ),
    close: () => process.guard(async () => undefined),
  };
}

function killableTransaction(transaction: LocalTransaction, process: DeviceProcess): LocalTransaction {
  return new Proxy(transaction, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]) => {
        process.passOrEnd();
        return Reflect.apply(member, target, parameters);
      };
    },
  });
}
