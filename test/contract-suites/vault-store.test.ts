import { onEveryStorage } from './store-fixtures.ts';
import { vaultStoreContract } from './vault-store.contract.ts';

onEveryStorage(vaultStoreContract);
