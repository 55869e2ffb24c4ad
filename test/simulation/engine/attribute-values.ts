import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

/** A copy that shares nothing with what a caller or a table may change later. */
export function cloneItem(item: Item): Item {
  const copy: Item = {};
  for (const [name, value] of Object.entries(item)) copy[name] = cloneValue(value);
  return copy;
}

export function cloneValue(value: AttributeValue): AttributeValue {
  if (value.B !== undefined) return { B: value.B.slice() };
  if (value.N !== undefined) return { N: normalNumber(value.N) };
  if (value.M !== undefined) return { M: cloneItem(value.M) };
  if (value.L !== undefined) return { L: value.L.map(cloneValue) };
  if (value.SS !== undefined) return { SS: [...value.SS] };
  if (value.NS !== undefined) return { NS: value.NS.map(normalNumber) };
  if (value.S !== undefined) return { S: value.S };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.NULL !== undefined) return { NULL: value.NULL };
  throw new Error(`not an attribute value of the simulation: ${JSON.stringify(value)}`);
}

/** Numbers come back in DynamoDB's canonical form: no leading or trailing zeros. */
export function normalNumber(text: string): string {
  if (/^-?(0|[1-9]\d*)$/.test(text)) return text === '-0' ? '0' : text;
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new Error(`not a number: ${text}`);
  return String(number);
}

const typeOf = (value: AttributeValue): string => Object.keys(value)[0] ?? '';

export function isEqual(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === undefined || b === undefined || typeOf(a) !== typeOf(b)) return false;
  if (a.B !== undefined && b.B !== undefined) return Buffer.compare(a.B, b.B) === 0;
  if (a.N !== undefined && b.N !== undefined) return normalNumber(a.N) === normalNumber(b.N);
  if (a.M !== undefined && b.M !== undefined) return isEqualItem(a.M, b.M);
  if (a.L !== undefined && b.L !== undefined) {
    const other = b.L;
    return a.L.length === other.length && a.L.every((member, index) => isEqual(member, other[index]));
  }
  if (a.SS !== undefined && b.SS !== undefined)
    return [...a.SS].sort().join('\0') === [...b.SS].sort().join('\0');
  return a.S === b.S && a.BOOL === b.BOOL && a.NULL === b.NULL;
}

export function isEqualItem(a: Item, b: Item): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => isEqual(a[name], b[name]));
}

/** Order of two values of one ordered type (S by UTF-8, N, B); undefined when they have none. */
export function compareValues(
  a: AttributeValue | undefined,
  b: AttributeValue | undefined,
): number | undefined {
  if (a?.S !== undefined && b?.S !== undefined) return compareTexts(a.S, b.S);
  if (a?.B !== undefined && b?.B !== undefined) return Buffer.compare(a.B, b.B);
  if (a?.N !== undefined && b?.N !== undefined) return compareNumbers(a.N, b.N);
  return undefined;
}

/** UTF-8 order; for ASCII, which keys are, the order of JavaScript. */
export const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

function compareNumbers(a: string, b: string): number {
  const isWhole = /^-?\d+$/;
  if (isWhole.test(a) && isWhole.test(b)) {
    const difference = BigInt(a) - BigInt(b);
    return difference === 0n ? 0 : difference < 0n ? -1 : 1;
  }
  return Number(a) - Number(b);
}

/** Size as the limits of items, pages and transactions count it (developer guide, "Item sizes"). */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.length;
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.M !== undefined) return 3 + itemBytes(value.M) + Object.keys(value.M).length;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, member) => sum + valueBytes(member) + 1, 0);
  if (value.SS !== undefined) return value.SS.reduce((sum, member) => sum + Buffer.byteLength(member), 0);
  return 1;
}
