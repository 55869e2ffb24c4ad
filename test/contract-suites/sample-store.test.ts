import { describe, test } from 'vitest';
import { dynamoEngineKinds } from '../support/engines/dynamo-engines.ts';
import { sampleStoreContract } from './sample-store.contract.ts';
import { openEngineStorage } from './store-fixtures.ts';

for (const kind of dynamoEngineKinds) {
  if (kind.unavailable === undefined) sampleStoreContract(kind.name, () => openEngineStorage(kind));
  else describe.skip(`SampleStore on ${kind.name}`, () => test(kind.unavailable ?? '', () => undefined));
}
