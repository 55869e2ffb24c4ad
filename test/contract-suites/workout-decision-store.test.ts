import { onEveryStorage } from './store-fixtures.ts';
import { workoutDecisionStoreContract } from './workout-decision-store.contract.ts';

onEveryStorage(workoutDecisionStoreContract);
