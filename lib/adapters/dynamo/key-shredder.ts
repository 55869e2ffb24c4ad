import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { DataKeys } from '../../vault/data-keys.ts';
import type { Dynamo } from './dynamo.ts';
import { rethrowStoreError } from './store-error.ts';
import { userDataKeyKey } from './vault-keys.ts';

/** Shreds data keys and nothing else: for those who may delete keys and may not open them. */
export const createKeyShredder = (dynamo: Dynamo, vaultTable: string): Pick<DataKeys, 'shred'> => ({
  shred: async (scope) => {
    await dynamo
      .send(new DeleteItemCommand({ TableName: vaultTable, Key: userDataKeyKey(scope) }))
      .catch(rethrowStoreError);
  },
});
