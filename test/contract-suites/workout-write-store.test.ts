import { onEveryStorage } from './store-fixtures.ts';
import { workoutWriteStoreContract } from './workout-write-store.contract.ts';

onEveryStorage(workoutWriteStoreContract);
