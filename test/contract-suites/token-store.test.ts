import { onEveryStorage } from './store-fixtures.ts';
import { tokenStoreContract } from './token-store.contract.ts';

onEveryStorage(tokenStoreContract);
