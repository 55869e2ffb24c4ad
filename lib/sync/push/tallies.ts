import type { EntityRule, SyncSchema } from '../../../contracts/sync/entity.ts';
import { roundCounter } from '../merge/wire-forms.ts';
import type { StoredRow } from '../model.ts';

interface TallyRule {
  /** The type that has the tally. */
  readonly owner: string;
  readonly rule: Extract<EntityRule, { readonly kind: 'tally' }>;
}
export interface TallyMove {
  readonly type: string;
  readonly id: string;
  readonly field: string;
  readonly by: number;
}

const known = new WeakMap<SyncSchema, ReadonlyMap<string, readonly TallyRule[]>>();

/** By the type that is counted. */
function talliesOf(schema: SyncSchema): ReadonlyMap<string, readonly TallyRule[]> {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const tallies = new Map<string, TallyRule[]>();
  for (const { type, rules } of schema.entities.values()) {
    for (const rule of rules) {
      if (rule.kind !== 'tally') continue;
      tallies.set(rule.of, [...(tallies.get(rule.of) ?? []), { owner: type, rule }]);
    }
  }
  known.set(schema, tallies);
  return tallies;
}

/** What a row that becomes another adds to the tallies of the rows that it named and names. */
export function tallyMoves(
  schema: SyncSchema,
  before: StoredRow | undefined,
  after: StoredRow,
): readonly TallyMove[] {
  const moves: TallyMove[] = [];
  for (const { owner, rule } of talliesOf(schema).get(after.type) ?? []) {
    const left = shareOf(rule, before);
    const right = shareOf(rule, after);
    if (left?.id === right?.id && left?.amount === right?.amount) continue;
    const move = (id: string, by: number) => moves.push({ type: owner, id, field: rule.field, by });
    if (left?.id === right?.id && left !== undefined && right !== undefined) {
      move(right.id, right.amount - left.amount);
      continue;
    }
    if (left !== undefined) move(left.id, -left.amount);
    if (right !== undefined) move(right.id, right.amount);
  }
  return moves;
}

function shareOf(rule: TallyRule['rule'], row: StoredRow | undefined) {
  const id = row?.references[rule.by];
  if (row === undefined || row.state.deleted || id === undefined) return undefined;
  const summed = rule.sum === undefined ? 1 : row.state.data[rule.sum];
  return { id, amount: typeof summed === 'number' ? summed : 0 };
}

/** The tallies that a new row has before anything is counted. */
export function emptyTallies(rules: readonly EntityRule[]): Readonly<Record<string, number>> {
  const empty: Record<string, number> = {};
  for (const rule of rules) if (rule.kind === 'tally') empty[rule.field] = 0;
  return empty;
}

export const addTally = (value: unknown, by: number): number =>
  roundCounter((typeof value === 'number' ? value : 0) + by);
