import { recordStoreContract } from './record-store.contract.ts';
import { onEveryStorage } from './store-fixtures.ts';

onEveryStorage(recordStoreContract);
