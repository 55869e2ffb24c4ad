import type { DataType, Point, TypeKind } from './model.ts';
import { civilText } from './shapes.ts';

interface Clause {
  readonly field: string;
  readonly operator: '>=' | '<';
  readonly value: string;
}

/** What a filter admits; `reason` is what Google calls the fault in it. */
export type Filter =
  | { readonly fromDate: string; readonly toDate: string; admits(point: Point, zone: string): boolean }
  | { readonly reason: string; readonly message: string };

/** The fields that a type may be filtered by: physical time first, then civil time. */
const FIELDS: Readonly<Record<TypeKind, readonly (readonly [string, 'physical' | 'civil'])[]>> = {
  interval: [
    ['interval.start_time', 'physical'],
    ['interval.civil_start_time', 'civil'],
  ],
  sample: [
    ['sample_time.physical_time', 'physical'],
    ['sample_time.civil_time', 'civil'],
  ],
  daily: [['date', 'civil']],
  exercise: [['interval.civil_start_time', 'civil']],
  sleep: [
    ['interval.end_time', 'physical'],
    ['interval.civil_end_time', 'civil'],
  ],
};

const CLAUSE = /^ *([a-z0-9_.]+) *(>=|<=|!=|=|<|>|:) *"([^"]*)" *$/;
const CIVIL = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$/;
const PHYSICAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/;
const MAX_FILTER = 500;

const invalid = (kind: string, message: string): Filter => ({
  reason: `INVALID_DATA_POINT_FILTER_${kind}`,
  message,
});

/** Reads `steps.interval.start_time >= "..." AND steps.interval.start_time < "..."`; without a filter all is admitted. */
export function readFilter(type: DataType, text: string | null): Filter {
  if (text === null || text === '') return { fromDate: '', toDate: '9999', admits: () => true };
  if (text.length > MAX_FILTER) return invalid('SYNTAX', 'the filter is too long');
  const clauses: Clause[] = [];
  for (const part of text.split(' AND ')) {
    const [, field = '', operator = '', value = ''] = CLAUSE.exec(part) ?? [];
    if (field === '') return invalid('SYNTAX', `cannot read: ${part}`);
    if (operator !== '>=' && operator !== '<') return invalid('OPERATOR', `${operator} is not supported`);
    clauses.push({ field, operator, value });
  }
  return checked(type, clauses);
}

function checked(type: DataType, clauses: readonly Clause[]): Filter {
  const modes = clauses.map(
    ({ field }) => FIELDS[type.kind].find(([name]) => field === `${type.filter}.${name}`)?.[1],
  );
  const unknown = clauses[modes.indexOf(undefined)];
  if (unknown !== undefined) return invalid('MEMBER', `${unknown.field} cannot be filtered by`);
  if (new Set(modes).size > 1) return invalid('MIXED_TIME', 'physical and civil times cannot be mixed');
  const mode = modes[0] ?? 'civil';
  const isTime = (value: string): boolean =>
    (mode === 'civil' ? CIVIL : PHYSICAL).test(value) &&
    !Number.isNaN(Date.parse(mode === 'civil' ? value.slice(0, 10) : value));
  const wrong = clauses.find(({ value }) => !isTime(value));
  if (wrong !== undefined) return invalid('VALUE', `${wrong.value} is no time`);
  // A day on either side: the local date of an instant is at most a day away from its UTC date.
  const bound = (operator: Clause['operator'], days: number, otherwise: string): string => {
    const value = clauses.find((clause) => clause.operator === operator)?.value.slice(0, 10);
    return value === undefined
      ? otherwise
      : new Date(Date.parse(`${value}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  };
  return {
    fromDate: bound('>=', -2, ''),
    toDate: bound('<', 2, '9999'),
    admits: (point, zone) => clauses.every((clause) => fits(clause, mode, type, point, zone)),
  };
}

function fits(
  { operator, value }: Clause,
  mode: 'physical' | 'civil',
  type: DataType,
  point: Point,
  zone: string,
): boolean {
  if (mode === 'physical') {
    const limit = Date.parse(value);
    return operator === '>=' ? point.filterMs >= limit : point.filterMs < limit;
  }
  const own = type.kind === 'daily' ? point.date : civilText(zone, point.filterMs);
  const limit = type.kind === 'daily' ? value.slice(0, 10) : fullCivil(value);
  return operator === '>=' ? own >= limit : own < limit;
}

/** Short civil times are midnights and full minutes. */
function fullCivil(value: string): string {
  if (value.length === 10) return `${value}T00:00:00`;
  return value.length === 16 ? `${value}:00` : value;
}
