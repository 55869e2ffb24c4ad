import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Dynamo, Item } from '../../../lib/adapters/dynamo/dynamo.ts';

/** Capacity units that DynamoDB would bill for what passed through, by the rules of its developer guide. */
export interface ConsumedUnits {
  writeUnits: number;
  readUnits: number;
  calls: number;
}

interface Sent {
  readonly constructor: { readonly name: string };
  readonly input: Record<string, unknown>;
}

const KILOBYTE = 1_024;
const READ_UNIT_BYTES = 4 * KILOBYTE;

/**
 * A client that counts. Writes: one unit per KB begun of the larger of old and new item, twice in a
 * transaction. Reads: one unit per 4 KB begun and item (per call for a Query), half without consistency;
 * a key that is not there costs as much as the smallest item. Old items are remembered from earlier writes.
 */
export function countUnits(dynamo: Dynamo): { readonly dynamo: Dynamo; readonly consumed: ConsumedUnits } {
  const consumed: ConsumedUnits = { writeUnits: 0, readUnits: 0, calls: 0 };
  const sizes = new Map<string, number>();
  const note = (item: Item, factor: number) => {
    const name = `${item['pk']?.S}|${item['sk']?.S}`;
    const size = itemBytes(item);
    consumed.writeUnits += factor * Math.ceil(Math.max(size, sizes.get(name) ?? 0) / KILOBYTE);
    sizes.set(name, size);
  };
  const send = async (command: Sent) => {
    consumed.calls += 1;
    const answer = await (dynamo.send as (sent: unknown) => Promise<Record<string, unknown>>)(command);
    countWrites(command, note);
    consumed.readUnits += countReads(command, answer);
    return answer;
  };
  return { dynamo: { send } as unknown as Dynamo, consumed };
}

function countWrites(command: Sent, note: (item: Item, factor: number) => void): void {
  const { name } = command.constructor;
  const { input } = command;
  if (name === 'PutItemCommand') note(input['Item'] as Item, 1);
  if (name === 'UpdateItemCommand' || name === 'DeleteItemCommand') note(input['Key'] as Item, 1);
  if (name !== 'TransactWriteItemsCommand') return;
  for (const action of input['TransactItems'] as readonly Record<string, { Item?: Item; Key?: Item }>[]) {
    for (const { Item: item, Key: key } of Object.values(action)) note((item ?? key) as Item, 2);
  }
}

function countReads(command: Sent, answer: Record<string, unknown>): number {
  const { name } = command.constructor;
  const { input } = command;
  const unitsOf = (bytes: number) => Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
  if (name === 'GetItemCommand') return unitsOf(itemBytes((answer['Item'] ?? {}) as Item));
  if (name === 'QueryCommand') {
    return unitsOf(((answer['Items'] ?? []) as Item[]).reduce((sum, item) => sum + itemBytes(item), 0));
  }
  if (name !== 'BatchGetItemCommand') return 0;
  let units = 0;
  let found = 0;
  for (const items of Object.values((answer['Responses'] ?? {}) as Record<string, Item[]>)) {
    for (const item of items) units += unitsOf(itemBytes(item));
    found += items.length;
  }
  const asked = Object.values(input['RequestItems'] as Record<string, { Keys: unknown[] }>);
  return units + asked.reduce((sum, { Keys }) => sum + Keys.length, 0) - found;
}

/** Names and values in UTF-8; numbers take about half a byte a digit and one more (DynamoDB, "Item sizes"). */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[^0-9]/g, '').length / 2) + 1;
  if (value.B !== undefined) return value.B.length;
  if (value.M !== undefined)
    return (
      3 +
      Object.entries(value.M).reduce(
        (sum, [name, inner]) => sum + 1 + Buffer.byteLength(name) + valueBytes(inner),
        0,
      )
    );
  if (value.L !== undefined) return 3 + value.L.reduce((sum, inner) => sum + 1 + valueBytes(inner), 0);
  return 1;
}
