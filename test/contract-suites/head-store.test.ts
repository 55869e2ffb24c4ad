import { headStoreContract } from './head-store.contract.ts';
import { onEveryStorage } from './store-fixtures.ts';

onEveryStorage(headStoreContract);
