import { sampleStoreContract } from './sample-store.contract.ts';
import { onEveryStorage } from './store-fixtures.ts';

onEveryStorage(sampleStoreContract);
