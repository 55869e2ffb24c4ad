import { consentStoreContract } from './consent-store.contract.ts';
import { onEveryStorage } from './store-fixtures.ts';

onEveryStorage(consentStoreContract);
