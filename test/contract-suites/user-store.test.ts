import { onEveryStorage } from './store-fixtures.ts';
import { userStoreContract } from './user-store.contract.ts';

onEveryStorage(userStoreContract);
