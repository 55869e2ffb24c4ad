import { impactStoresContract } from './impact-stores.contract.ts';
import { onEveryStorage } from './store-fixtures.ts';

onEveryStorage(impactStoresContract);
