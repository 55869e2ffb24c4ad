/**
 * The subset of DynamoDB's expression language that lib/adapters/dynamo/dynamo.ts lists. Whatever else is
 * written stops the run with its text: an engine that guesses would hide a mistake.
 */
export type Operand =
  | { readonly kind: 'path'; readonly path: readonly string[] }
  | { readonly kind: 'value'; readonly name: string };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      readonly kind: 'compare';
      readonly left: Operand;
      readonly comparator: Comparator;
      readonly right: Operand;
    }
  | { readonly kind: 'between'; readonly subject: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'exists'; readonly path: readonly string[]; readonly isExpected: boolean }
  | { readonly kind: 'begins_with'; readonly subject: Operand; readonly prefix: Operand };

export type UpdateValue =
  | Operand
  | { readonly kind: 'if_not_exists'; readonly path: readonly string[]; readonly otherwise: Operand }
  | { readonly kind: 'sum'; readonly sign: 1 | -1; readonly left: UpdateValue; readonly right: UpdateValue };

export type UpdateAction =
  | { readonly kind: 'set'; readonly path: readonly string[]; readonly value: UpdateValue }
  | { readonly kind: 'add'; readonly path: readonly string[]; readonly value: Operand }
  | { readonly kind: 'remove'; readonly path: readonly string[] };

const TOKEN = /\s*(?:([:#]?[A-Za-z_][A-Za-z0-9_]*)|(<>|<=|>=|[=<>(),+.-]))/y;
const COMPARATORS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];

class Tokens {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #index = 0;

  constructor(text: string) {
    this.#text = text;
    const tokens: string[] = [];
    TOKEN.lastIndex = 0;
    const end = text.trimEnd().length;
    while (TOKEN.lastIndex < end) {
      const match = TOKEN.exec(text);
      if (match === null) throw new Error(`the simulation does not read the expression: ${text}`);
      tokens.push(match[1] ?? match[2] ?? '');
    }
    this.#tokens = tokens;
  }
  peek(): string | undefined {
    return this.#tokens[this.#index];
  }
  /** Takes the next token when it is this word, in any case. */
  takes(word: string): boolean {
    if (this.peek()?.toUpperCase() !== word.toUpperCase()) return false;
    this.#index += 1;
    return true;
  }
  next(): string {
    const token = this.peek();
    if (token === undefined) throw this.fault('ends too early');
    this.#index += 1;
    return token;
  }
  expect(word: string): void {
    if (!this.takes(word)) throw this.fault(`has "${this.peek() ?? 'its end'}" where ${word} belongs`);
  }
  end(): void {
    if (this.peek() !== undefined) throw this.fault(`goes on with "${this.peek()}"`);
  }
  fault(what: string): Error {
    return new Error(`the simulation does not read the expression (it ${what}): ${this.#text}`);
  }
}

export const parseCondition = memoised((text: string): Condition => {
  const tokens = new Tokens(text);
  const condition = parseOr(tokens);
  tokens.end();
  return condition;
});

function parseOr(tokens: Tokens): Condition {
  let left = parseAnd(tokens);
  while (tokens.takes('OR')) left = { kind: 'or', left, right: parseAnd(tokens) };
  return left;
}

function parseAnd(tokens: Tokens): Condition {
  let left = parseNot(tokens);
  while (tokens.takes('AND')) left = { kind: 'and', left, right: parseNot(tokens) };
  return left;
}

function parseNot(tokens: Tokens): Condition {
  if (tokens.takes('NOT')) return { kind: 'not', condition: parseNot(tokens) };
  if (tokens.takes('(')) {
    const condition = parseOr(tokens);
    tokens.expect(')');
    return condition;
  }
  return parsePredicate(tokens);
}

function parsePredicate(tokens: Tokens): Condition {
  const word = tokens.peek()?.toLowerCase();
  if (word === 'attribute_exists' || word === 'attribute_not_exists') {
    tokens.next();
    tokens.expect('(');
    const path = parsePath(tokens);
    tokens.expect(')');
    return { kind: 'exists', path, isExpected: word === 'attribute_exists' };
  }
  if (tokens.takes('begins_with')) {
    tokens.expect('(');
    const subject = parseOperand(tokens);
    tokens.expect(',');
    const prefix = parseOperand(tokens);
    tokens.expect(')');
    return { kind: 'begins_with', subject, prefix };
  }
  return parseComparison(tokens);
}

function parseComparison(tokens: Tokens): Condition {
  const left = parseOperand(tokens);
  if (tokens.takes('BETWEEN')) {
    const low = parseOperand(tokens);
    tokens.expect('AND');
    return { kind: 'between', subject: left, low, high: parseOperand(tokens) };
  }
  const comparator = tokens.next();
  if (!COMPARATORS.includes(comparator)) throw tokens.fault(`compares with "${comparator}"`);
  return { kind: 'compare', left, comparator: comparator as Comparator, right: parseOperand(tokens) };
}

function parseOperand(tokens: Tokens): Operand {
  if (tokens.peek()?.startsWith(':')) return { kind: 'value', name: tokens.next() };
  return { kind: 'path', path: parsePath(tokens) };
}

function parsePath(tokens: Tokens): readonly string[] {
  const path: string[] = [];
  do {
    const name = tokens.next();
    if (!/^#?[A-Za-z_]/.test(name)) throw tokens.fault(`names an attribute "${name}"`);
    if (tokens.peek() === '(') throw tokens.fault(`calls "${name}"`);
    path.push(name);
  } while (tokens.takes('.'));
  return path;
}

export const parseUpdate = memoised((text: string): readonly UpdateAction[] => {
  const tokens = new Tokens(text);
  const actions: UpdateAction[] = [];
  while (tokens.peek() !== undefined) {
    const clause = tokens.next().toUpperCase();
    do actions.push(parseAction(tokens, clause));
    while (tokens.takes(','));
  }
  return actions;
});

function parseAction(tokens: Tokens, clause: string): UpdateAction {
  const path = parsePath(tokens);
  switch (clause) {
    case 'SET':
      tokens.expect('=');
      return { kind: 'set', path, value: parseUpdateValue(tokens) };
    case 'ADD':
      return { kind: 'add', path, value: parseOperand(tokens) };
    case 'REMOVE':
      return { kind: 'remove', path };
    default:
      throw tokens.fault(`has the clause ${clause}`);
  }
}

function parseUpdateValue(tokens: Tokens): UpdateValue {
  const left = parseUpdateTerm(tokens);
  if (tokens.takes('+')) return { kind: 'sum', sign: 1, left, right: parseUpdateTerm(tokens) };
  if (tokens.takes('-')) return { kind: 'sum', sign: -1, left, right: parseUpdateTerm(tokens) };
  return left;
}

function parseUpdateTerm(tokens: Tokens): UpdateValue {
  if (!tokens.takes('if_not_exists')) return parseOperand(tokens);
  tokens.expect('(');
  const path = parsePath(tokens);
  tokens.expect(',');
  const otherwise = parseOperand(tokens);
  tokens.expect(')');
  return { kind: 'if_not_exists', path, otherwise };
}

export const parseProjection = memoised((text: string): readonly (readonly string[])[] => {
  const tokens = new Tokens(text);
  const paths: (readonly string[])[] = [];
  do paths.push(parsePath(tokens));
  while (tokens.takes(','));
  tokens.end();
  return paths;
});

/** The stores write a few dozen expressions, each many times. */
function memoised<Parsed>(parse: (text: string) => Parsed): (text: string) => Parsed {
  const known = new Map<string, Parsed>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const parsed = parse(text);
    known.set(text, parsed);
    return parsed;
  };
}
