import type { QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { cloneItem, compareTexts, type Item, itemBytes } from './attribute-values.ts';
import { holds, InvalidExpression, isTrue, Placeholders, project } from './expression-evaluator.ts';
import { type Condition, type Operand, parseCondition } from './expression-parser.ts';
import { keyOf } from './tables.ts';

/** A page ends at 1 MB of items looked at (developer guide, "Paginating table query results"). */
const MAX_PAGE_BYTES = 1024 * 1024;

/** The attributes that a table or an index is keyed by. */
export interface KeyNames {
  readonly pk: string;
  readonly sk: string;
}

const TABLE_KEYS: KeyNames = { pk: 'pk', sk: 'sk' };
/** The indexes that infra/stacks declares, all with KEYS_ONLY. */
const INDEX_KEYS: Readonly<Record<string, KeyNames>> = { due: { pk: 'gsi1pk', sk: 'gsi1sk' } };

/** One page of a Query over the items of one partition of the table or index, in the order of its keys. */
export function queryPage(
  input: QueryCommandInput,
  itemsOf: (pk: string) => readonly Item[],
  keys: KeyNames = TABLE_KEYS,
): Pick<QueryCommandOutput, 'Items' | 'Count' | 'ScannedCount' | 'LastEvaluatedKey'> {
  const placeholders = new Placeholders(input);
  const condition = parseCondition(input.KeyConditionExpression ?? '');
  const pk = equalityOf(condition, placeholders, keys.pk);
  if (pk === undefined) throw new InvalidExpression(`Query condition missed key schema element: ${keys.pk}`);
  assertOnlyKeys(condition, placeholders, keys);
  holds(condition, {}, placeholders);
  isTrue(input.FilterExpression, {}, placeholders);
  project(input.ProjectionExpression, {}, placeholders);
  const isForward = input.ScanIndexForward ?? true;
  const matching = itemsOf(pk).filter((item) => holds(condition, item, placeholders));
  const sorted = matching.toSorted((a, b) => compareOrders(orderOf(a, keys), orderOf(b, keys)));
  const ordered = isForward ? sorted : sorted.toReversed();
  const { page, isCut } = cut(input, ordered, { isForward, keys });
  placeholders.assertAllUsed();
  const kept = page.filter((item) => isTrue(input.FilterExpression, item, placeholders));
  const last = page.at(-1);
  return {
    Items: kept.map((item) => cloneItem(project(input.ProjectionExpression, item, placeholders))),
    Count: kept.length,
    ScannedCount: page.length,
    ...(isCut && last !== undefined ? { LastEvaluatedKey: keyItem(last, keys) } : {}),
  };
}

/** One page of a Query of an index, which holds the keys alone and knows no consistent reads. */
export function queryIndexPage(
  input: QueryCommandInput,
  itemsWith: (attribute: string, value: string) => readonly Item[],
): ReturnType<typeof queryPage> {
  const keys = INDEX_KEYS[input.IndexName ?? ''];
  if (keys === undefined)
    throw new InvalidExpression(`The table does not have the specified index: ${input.IndexName}`);
  if (input.ConsistentRead === true)
    throw new InvalidExpression('Consistent reads are not supported on global secondary indexes');
  const names = keyNamesOf(keys);
  const keysOnly = (item: Item): Item =>
    Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
  return queryPage(input, (value) => itemsWith(keys.pk, value).map(keysOnly), keys);
}

/** Where an item stands: by the sort key, then, in an index, by the table's own key. */
const orderOf = (item: Item, keys: KeyNames): readonly string[] => {
  const { pk, sk } = keyOf(item);
  return [item[keys.sk]?.S ?? '', pk, sk];
};

function compareOrders(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const order = compareTexts(part, b[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

const keyNamesOf = (keys: KeyNames): readonly string[] => [...new Set(['pk', 'sk', keys.pk, keys.sk])];

const keyItem = (item: Item, keys: KeyNames): Item =>
  Object.fromEntries(keyNamesOf(keys).map((name) => [name, { S: item[name]?.S ?? '' }]));

function startOf(input: QueryCommandInput, keys: KeyNames): readonly string[] | undefined {
  const start = input.ExclusiveStartKey;
  if (start === undefined) return undefined;
  const names = Object.keys(start).toSorted();
  if (names.join() !== [...keyNamesOf(keys)].sort().join())
    throw new InvalidExpression('The provided starting key is invalid');
  return orderOf(start, keys);
}

function cut(
  input: QueryCommandInput,
  ordered: readonly Item[],
  { isForward, keys }: { readonly isForward: boolean; readonly keys: KeyNames },
) {
  const start = startOf(input, keys);
  const page: Item[] = [];
  let bytes = 0;
  for (const item of ordered) {
    const order = start === undefined ? 1 : compareOrders(orderOf(item, keys), start);
    if (start !== undefined && (isForward ? order <= 0 : order >= 0)) continue;
    page.push(item);
    bytes += itemBytes(item);
    if (page.length === input.Limit || bytes > MAX_PAGE_BYTES) return { page, isCut: true };
  }
  return { page, isCut: false };
}

/** The partition that `pk = :value` names; a Query without it is refused, as by DynamoDB. */
function equalityOf(condition: Condition, placeholders: Placeholders, pkName: string): string | undefined {
  if (condition.kind === 'and') {
    return (
      equalityOf(condition.left, placeholders, pkName) ?? equalityOf(condition.right, placeholders, pkName)
    );
  }
  if (condition.kind !== 'compare' || condition.comparator !== '=') return undefined;
  if (nameOf(condition.left, placeholders) !== pkName || condition.right.kind !== 'value') return undefined;
  return placeholders.value(condition.right.name).S;
}

const nameOf = (operand: Operand, placeholders: Placeholders): string | undefined =>
  operand.kind === 'path' ? placeholders.name(operand.path.join('.')) : undefined;

/** Key conditions are ANDed comparisons of the two keys: no OR, no NOT, no `<>`, no other attribute. */
function assertOnlyKeys(condition: Condition, placeholders: Placeholders, keys: KeyNames): void {
  if (condition.kind === 'and') {
    assertOnlyKeys(condition.left, placeholders, keys);
    assertOnlyKeys(condition.right, placeholders, keys);
    return;
  }
  const subject =
    condition.kind === 'compare' && condition.comparator !== '<>'
      ? condition.left
      : condition.kind === 'between' || condition.kind === 'begins_with'
        ? condition.subject
        : undefined;
  const name = subject === undefined ? undefined : nameOf(subject, placeholders);
  if (name !== keys.pk && name !== keys.sk) throw new InvalidExpression('Query key condition not supported');
}
