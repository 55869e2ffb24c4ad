import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { assertNever } from '../../../lib/core/assert.ts';
import { cloneValue, compareValues, type Item, isEqual, normalNumber } from './attribute-values.ts';
import {
  type Comparator,
  type Condition,
  type Operand,
  parseCondition,
  parseProjection,
  parseUpdate,
  type UpdateAction,
  type UpdateValue,
} from './expression-parser.ts';

/** What stands for names and values in one command, with note of what was used. */
export class Placeholders {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Readonly<Record<string, AttributeValue>>;
  readonly #used = new Set<string>();

  constructor(input: {
    readonly ExpressionAttributeNames?: Record<string, string> | undefined;
    readonly ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
  }) {
    this.#names = input.ExpressionAttributeNames ?? {};
    this.#values = input.ExpressionAttributeValues ?? {};
  }
  name(token: string): string {
    if (!token.startsWith('#')) return token;
    const name = this.#names[token];
    if (name === undefined) throw new InvalidExpression(`undefined attribute name ${token}`);
    this.#used.add(token);
    return name;
  }
  value(token: string): AttributeValue {
    const value = this.#values[token];
    if (value === undefined) throw new InvalidExpression(`undefined attribute value ${token}`);
    this.#used.add(token);
    return value;
  }
  /** DynamoDB refuses placeholders that no expression uses. */
  assertAllUsed(): void {
    for (const token of [...Object.keys(this.#names), ...Object.keys(this.#values)]) {
      if (!this.#used.has(token)) throw new InvalidExpression(`unused in expressions: ${token}`);
    }
  }
}

/** Becomes a ValidationException. */
export class InvalidExpression extends Error {}

/** Both sides of AND and OR are looked at, so that a misspelt placeholder never hides. */
export function isTrue(
  text: string | undefined,
  item: Item | undefined,
  placeholders: Placeholders,
): boolean {
  return text === undefined || holds(parseCondition(text), item ?? {}, placeholders);
}

export function holds(condition: Condition, item: Item, placeholders: Placeholders): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const left = holds(condition.left, item, placeholders);
      const right = holds(condition.right, item, placeholders);
      return condition.kind === 'and' ? left && right : left || right;
    }
    case 'not':
      return !holds(condition.condition, item, placeholders);
    case 'compare':
      return compare(
        condition.comparator,
        operandOf(condition.left, item, placeholders),
        operandOf(condition.right, item, placeholders),
      );
    case 'between': {
      const subject = operandOf(condition.subject, item, placeholders);
      const low = operandOf(condition.low, item, placeholders);
      const high = operandOf(condition.high, item, placeholders);
      return compare('>=', subject, low) && compare('<=', subject, high);
    }
    case 'exists':
      return (at(item, condition.path, placeholders) !== undefined) === condition.isExpected;
    case 'begins_with': {
      const subject = operandOf(condition.subject, item, placeholders);
      const prefix = operandOf(condition.prefix, item, placeholders);
      return subject?.S !== undefined && prefix?.S !== undefined && subject.S.startsWith(prefix.S);
    }
    default:
      return assertNever(condition);
  }
}

/** A missing attribute compares false with everything, except that it is not equal (`<>`). */
function compare(
  comparator: Comparator,
  a: AttributeValue | undefined,
  b: AttributeValue | undefined,
): boolean {
  if (comparator === '=') return isEqual(a, b);
  if (comparator === '<>') return !isEqual(a, b);
  const order = compareValues(a, b);
  if (order === undefined) return false;
  if (comparator === '<') return order < 0;
  if (comparator === '<=') return order <= 0;
  return comparator === '>' ? order > 0 : order >= 0;
}

const operandOf = (operand: Operand, item: Item, placeholders: Placeholders): AttributeValue | undefined =>
  operand.kind === 'value' ? placeholders.value(operand.name) : at(item, operand.path, placeholders);

function at(item: Item, path: readonly string[], placeholders: Placeholders): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const token of path) value = value?.M?.[placeholders.name(token)];
  return value;
}

/** The item after the update; every right-hand side sees the item as it was before. */
export function applyUpdate(text: string, item: Item, placeholders: Placeholders): Item {
  const next: Item = { ...item };
  for (const action of parseUpdate(text)) applyAction(next, action, item, placeholders);
  return next;
}

const KEY_NAMES: readonly string[] = ['pk', 'sk'];

function applyAction(next: Item, action: UpdateAction, before: Item, placeholders: Placeholders): void {
  const top = placeholders.name(action.path[0] ?? '');
  if (KEY_NAMES.includes(top)) throw new InvalidExpression(`cannot update ${top}: it is part of the key`);
  const holder = holderOf(next, action.path, placeholders);
  const name = placeholders.name(action.path.at(-1) ?? '');
  switch (action.kind) {
    case 'set':
      holder[name] = cloneValue(updateValueOf(action.value, before, placeholders));
      return;
    case 'add':
      holder[name] = sumOf(
        holder[name] ?? { N: '0' },
        required(operandOf(action.value, before, placeholders)),
        1,
      );
      return;
    case 'remove':
      delete holder[name];
      return;
    default:
      assertNever(action);
  }
}

/** The map that holds the last name of the path, copied on the way down. */
function holderOf(item: Item, path: readonly string[], placeholders: Placeholders): Item {
  let holder = item;
  for (const token of path.slice(0, -1)) {
    const name = placeholders.name(token);
    const inner = holder[name]?.M;
    if (inner === undefined) throw new InvalidExpression('document path is invalid for update');
    const copy = { ...inner };
    holder[name] = { M: copy };
    holder = copy;
  }
  return holder;
}

function updateValueOf(value: UpdateValue, item: Item, placeholders: Placeholders): AttributeValue {
  switch (value.kind) {
    case 'sum':
      return sumOf(
        updateValueOf(value.left, item, placeholders),
        updateValueOf(value.right, item, placeholders),
        value.sign,
      );
    case 'if_not_exists': {
      const otherwise = required(operandOf(value.otherwise, item, placeholders));
      return at(item, value.path, placeholders) ?? otherwise;
    }
    default:
      return required(operandOf(value, item, placeholders));
  }
}

function sumOf(a: AttributeValue, b: AttributeValue, sign: 1 | -1): AttributeValue {
  if (a.N === undefined || b.N === undefined) throw new InvalidExpression('arithmetic needs two numbers');
  return { N: normalNumber(String(Number(a.N) + sign * Number(b.N))) };
}

function required(value: AttributeValue | undefined): AttributeValue {
  if (value === undefined)
    throw new InvalidExpression('the expression refers to an attribute that is not there');
  return value;
}

/** Top-level attributes only: nothing here projects into a map. */
export function project(text: string | undefined, item: Item, placeholders: Placeholders): Item {
  if (text === undefined) return item;
  const projected: Item = {};
  for (const path of parseProjection(text)) {
    const [token] = path;
    if (token === undefined || path.length > 1) throw new Error(`the simulation does not project ${text}`);
    const name = placeholders.name(token);
    const value = item[name];
    if (value !== undefined) projected[name] = value;
  }
  return projected;
}
