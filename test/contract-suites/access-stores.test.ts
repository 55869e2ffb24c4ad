import { accessStoresContract } from './access-stores.contract.ts';
import { onEveryStorage } from './store-fixtures.ts';

onEveryStorage(accessStoresContract);
