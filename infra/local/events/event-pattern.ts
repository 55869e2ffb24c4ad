/**
 * EventBridge patterns, which event source mappings use as filters too ("Amazon EventBridge event
 * patterns"): exact values, prefix, suffix, equals-ignore-case, exists, anything-but, numeric and $or.
 * A pattern with another operator stops the start.
 */
export type Matches = (event: unknown) => boolean;

type Leaf = (value: unknown) => boolean;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function compilePattern(pattern: unknown): Matches {
  if (!isObject(pattern)) throw new Error('an event pattern is an object');
  const fields = Object.entries(pattern).map(([name, expected]): Matches => {
    if (name === '$or' && Array.isArray(expected)) {
      const alternatives = expected.map(compilePattern);
      return (event) => alternatives.some((alternative) => alternative(event));
    }
    if (Array.isArray(expected)) {
      const leaves = expected.map(compileLeaf);
      return (event) => matchesField(leaves, isObject(event) ? event[name] : undefined);
    }
    const inner = compilePattern(expected);
    return (event) => matchesInner(inner, isObject(event) ? event[name] : undefined);
  });
  return (event) => fields.every((field) => field(event));
}

/** Of a list of objects one has to match whole. */
const matchesInner = (inner: Matches, value: unknown): boolean =>
  Array.isArray(value) ? value.some(inner) : inner(value);

/** A list in the event matches when one of its members does. */
const matchesField = (leaves: readonly Leaf[], value: unknown): boolean => {
  const values = Array.isArray(value) ? value : [value];
  return leaves.some((leaf) => values.some(leaf));
};

function compileLeaf(expected: unknown): Leaf {
  if (!isObject(expected)) return (value) => value === expected;
  const entries = Object.entries(expected);
  const [only] = entries;
  if (entries.length !== 1 || only === undefined)
    throw new Error(`unreadable match ${JSON.stringify(expected)}`);
  const [operator, operand] = only;
  switch (operator) {
    case 'prefix':
      return onText((text) => text.startsWith(String(operand)));
    case 'suffix':
      return onText((text) => text.endsWith(String(operand)));
    case 'equals-ignore-case':
      return onText((text) => text.toLowerCase() === String(operand).toLowerCase());
    case 'exists':
      return (value) => (value !== undefined) === operand;
    case 'anything-but':
      return anythingBut(operand);
    case 'numeric':
      return numeric(Array.isArray(operand) ? operand : []);
    default:
      throw new Error(`the match "${operator}" is not known to the local cloud`);
  }
}

const onText =
  (matches: (text: string) => boolean): Leaf =>
  (value) =>
    typeof value === 'string' && matches(value);

function anythingBut(operand: unknown): Leaf {
  const excluded = (Array.isArray(operand) ? operand : [operand]).map(compileLeaf);
  return (value) => value !== undefined && !excluded.some((leaf) => leaf(value));
}

function numeric(operand: readonly unknown[]): Leaf {
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index + 1 < operand.length; index += 2) {
    tests.push(comparison(String(operand[index]), Number(operand[index + 1])));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function comparison(operator: string, bound: number): (value: number) => boolean {
  switch (operator) {
    case '=':
      return (value) => value === bound;
    case '<':
      return (value) => value < bound;
    case '<=':
      return (value) => value <= bound;
    case '>':
      return (value) => value > bound;
    case '>=':
      return (value) => value >= bound;
    default:
      throw new Error(`the comparison "${operator}" is not known to the local cloud`);
  }
}
