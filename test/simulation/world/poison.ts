import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { SimulatedDynamo } from '../engine/simulated-dynamo.ts';
import { TABLES } from './seed-world.ts';

export const POISON_KEY = { pk: 'W#poison', sk: 'CHANGE#000000000001' } as const;

/** A change entry that nobody can read, as a fault of ours might leave one: it must not stop its shard. */
export function putPoison(dynamo: SimulatedDynamo): void {
  dynamo.execute(
    new PutItemCommand({
      TableName: TABLES.core,
      Item: { pk: { S: POISON_KEY.pk }, sk: { S: POISON_KEY.sk }, body: { S: '{' } },
    }),
  );
}
