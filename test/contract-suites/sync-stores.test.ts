import { onEveryStorage } from './store-fixtures.ts';
import { syncStoresContract } from './sync-stores.contract.ts';

onEveryStorage(syncStoresContract);
