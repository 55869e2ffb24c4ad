import { connectionStoreContract } from './connection-store.contract.ts';
import { onEveryStorage } from './store-fixtures.ts';

onEveryStorage(connectionStoreContract);
