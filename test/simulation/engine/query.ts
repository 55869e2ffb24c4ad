import type { QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { cloneItem, compareTexts, type Item, itemBytes } from './attribute-values.ts';
import { holds, InvalidExpression, isTrue, Placeholders, project } from './expression-evaluator.ts';
import { type Condition, type Operand, parseCondition } from './expression-parser.ts';
import { exactKeyOf, keyOf } from './tables.ts';

/** A page ends at 1 MB of items looked at (developer guide, "Paginating table query results"). */
const MAX_PAGE_BYTES = 1024 * 1024;

/** One page of a Query over the items of one partition, which come in the order of their sort keys. */
export function queryPage(
  input: QueryCommandInput,
  itemsOf: (pk: string) => readonly Item[],
): Pick<QueryCommandOutput, 'Items' | 'Count' | 'ScannedCount' | 'LastEvaluatedKey'> {
  const placeholders = new Placeholders(input);
  const condition = parseCondition(input.KeyConditionExpression ?? '');
  const pk = partitionOf(condition, placeholders);
  assertOnlyKeys(condition, placeholders);
  holds(condition, {}, placeholders);
  isTrue(input.FilterExpression, {}, placeholders);
  project(input.ProjectionExpression, {}, placeholders);
  const isForward = input.ScanIndexForward ?? true;
  const matching = itemsOf(pk).filter((item) => holds(condition, item, placeholders));
  const ordered = isForward ? matching : matching.toReversed();
  const { page, isCut } = cut(input, ordered, isForward);
  placeholders.assertAllUsed();
  const kept = page.filter((item) => isTrue(input.FilterExpression, item, placeholders));
  const last = page.at(-1);
  return {
    Items: kept.map((item) => cloneItem(project(input.ProjectionExpression, item, placeholders))),
    Count: kept.length,
    ScannedCount: page.length,
    ...(isCut && last !== undefined ? { LastEvaluatedKey: keyItem(last) } : {}),
  };
}

const keyItem = (item: Item): Item => {
  const { pk, sk } = keyOf(item);
  return { pk: { S: pk }, sk: { S: sk } };
};

function cut(input: QueryCommandInput, ordered: readonly Item[], isForward: boolean) {
  const startSk = input.ExclusiveStartKey === undefined ? undefined : exactKeyOf(input.ExclusiveStartKey).sk;
  const page: Item[] = [];
  let bytes = 0;
  for (const item of ordered) {
    const order = startSk === undefined ? 1 : compareTexts(keyOf(item).sk, startSk);
    if (startSk !== undefined && (isForward ? order <= 0 : order >= 0)) continue;
    page.push(item);
    bytes += itemBytes(item);
    if (page.length === input.Limit || bytes > MAX_PAGE_BYTES) return { page, isCut: true };
  }
  return { page, isCut: false };
}

/** The partition that `pk = :value` names; a Query without it is refused, as by DynamoDB. */
function partitionOf(condition: Condition, placeholders: Placeholders): string {
  const found = equalityOf(condition, placeholders);
  if (found === undefined) throw new InvalidExpression('Query condition missed key schema element: pk');
  return found;
}

function equalityOf(condition: Condition, placeholders: Placeholders): string | undefined {
  if (condition.kind === 'and') {
    return equalityOf(condition.left, placeholders) ?? equalityOf(condition.right, placeholders);
  }
  if (condition.kind !== 'compare' || condition.comparator !== '=') return undefined;
  if (nameOf(condition.left, placeholders) !== 'pk' || condition.right.kind !== 'value') return undefined;
  return placeholders.value(condition.right.name).S;
}

const nameOf = (operand: Operand, placeholders: Placeholders): string | undefined =>
  operand.kind === 'path' ? placeholders.name(operand.path.join('.')) : undefined;

/** Key conditions are ANDed comparisons of pk and sk: no OR, no NOT, no `<>`, no other attribute. */
function assertOnlyKeys(condition: Condition, placeholders: Placeholders): void {
  if (condition.kind === 'and') {
    assertOnlyKeys(condition.left, placeholders);
    assertOnlyKeys(condition.right, placeholders);
    return;
  }
  const subject =
    condition.kind === 'compare' && condition.comparator !== '<>'
      ? condition.left
      : condition.kind === 'between' || condition.kind === 'begins_with'
        ? condition.subject
        : undefined;
  const name = subject === undefined ? undefined : nameOf(subject, placeholders);
  if (name !== 'pk' && name !== 'sk') throw new InvalidExpression('Query key condition not supported');
}
