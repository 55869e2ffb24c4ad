import { entityStoreContract } from './entity-store.contract.ts';
import { onEveryStorage } from './store-fixtures.ts';

onEveryStorage(entityStoreContract);
