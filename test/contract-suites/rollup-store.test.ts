import { describe, test } from 'vitest';
import { dynamoEngineKinds } from '../support/engines/dynamo-engines.ts';
import { rollupStoreContract } from './rollup-store.contract.ts';
import { openEngineStorage } from './store-fixtures.ts';

for (const kind of dynamoEngineKinds) {
  if (kind.unavailable === undefined) rollupStoreContract(kind.name, () => openEngineStorage(kind));
  else describe.skip(`RollupStore on ${kind.name}`, () => test(kind.unavailable ?? '', () => undefined));
}
