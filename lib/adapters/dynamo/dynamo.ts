import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';

/**
 * All that the stores use of DynamoDB: `send` with GetItem, BatchGetItem, Query (also of an index), PutItem, UpdateItem,
 * DeleteItem and TransactWriteItems (Put, Update, Delete, ConditionCheck; ClientRequestToken), and in
 * expressions comparisons, `begins_with`, `attribute_exists`, `attribute_not_exists`, BETWEEN, AND, OR,
 * NOT, the updates SET (with + and if_not_exists), ADD and REMOVE, and projections of top-level attributes.
 * The simulated engine in test/simulation implements just this and refuses the rest;
 * test/contract-suites/dynamo-engine.contract.ts holds every engine to it.
 */
export type Dynamo = Pick<DynamoDBClient, 'send'>;

export type Item = Record<string, AttributeValue>;

export interface TableNames {
  readonly samples: string;
  readonly core: string;
  readonly vault: string;
}

/** Attribute values by hand: lib-dynamodb's marshalling costs 15 times the CPU (docs/benchmarks.md). */
export const S = (text: string): AttributeValue => ({ S: text });
export const N = (number: number): AttributeValue => ({ N: String(number) });
export const B = (bytes: Uint8Array): AttributeValue => ({ B: bytes });
export const BOOL = (value: boolean): AttributeValue => ({ BOOL: value });

export function stringOf(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Error(`stored item has no string "${name}"`);
  return value;
}

export function numberOf(item: Item, name: string): number {
  const value = item[name]?.N;
  if (value === undefined) throw new Error(`stored item has no number "${name}"`);
  return Number(value);
}

export function bytesOf(item: Item, name: string): Uint8Array {
  const value = item[name]?.B;
  if (value === undefined) throw new Error(`stored item has no bytes "${name}"`);
  return value;
}

export const optionalStringOf = (item: Item, name: string): string | undefined => item[name]?.S;

export function optionalNumberOf(item: Item, name: string): number | undefined {
  const value = item[name]?.N;
  return value === undefined ? undefined : Number(value);
}
