import { assertNever } from '../../core/assert.ts';
import type { EpochMs, LocalDate } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { DailyFigures, RollupRow } from '../../projections/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { rollupKey, rollupPartition } from './core-keys.ts';
import { B, bytesOf, type Item, N, numberOf, S, stringOf } from './dynamo.ts';

/**
 * A rollup row in the `core` table: c compute version, m sum of the inputs, g their digest, q source seq,
 * a computed at (ms), o outcome (c complete, p partial, f failed), w why, p the sealed figures. Place, compute
 * version and sum are the associated data, so that no older figures can be put in their place unseen.
 */
export const toRollupItem = (
  scope: UserScope,
  row: RollupRow,
  key: DataKey,
  randomness: Randomness,
): Item => {
  const { outcome, inputs } = row;
  const plain = new TextEncoder().encode(JSON.stringify(row.figures));
  return {
    ...rollupKey(scope, row.metric, row.date),
    c: N(row.computeVersion),
    m: N(inputs.sum),
    g: S(inputs.digest),
    q: N(inputs.sourceSeq),
    a: N(row.computedAtMs),
    o: S(outcome.kind.slice(0, 1)),
    ...(outcome.kind === 'complete' ? {} : { w: S(outcome.reason) }),
    p: B(seal(plain, key, figuresAad(scope, row), randomness)),
  };
};

/** Throws `UnsealError` when the figures are not those that were sealed for this row. */
export function fromRollupItem(scope: UserScope, metric: string, item: Item, key: DataKey): RollupRow {
  const row = {
    metric,
    date: stringOf(item, 'sk') as LocalDate,
    inputs: { digest: stringOf(item, 'g'), sum: numberOf(item, 'm'), sourceSeq: numberOf(item, 'q') },
    computeVersion: numberOf(item, 'c'),
    computedAtMs: numberOf(item, 'a') as EpochMs,
    outcome: outcomeOf(item),
  };
  const plain = open(bytesOf(item, 'p'), key, figuresAad(scope, row));
  return { ...row, figures: JSON.parse(new TextDecoder().decode(plain)) as DailyFigures };
}

function outcomeOf(item: Item): RollupRow['outcome'] {
  const kind = stringOf(item, 'o') as 'c' | 'p' | 'f';
  switch (kind) {
    case 'c':
      return { kind: 'complete' };
    case 'p':
      return { kind: 'partial', reason: stringOf(item, 'w') };
    case 'f':
      return { kind: 'failed', reason: stringOf(item, 'w') };
    default:
      return assertNever(kind);
  }
}

const figuresAad = (
  scope: UserScope,
  row: Pick<RollupRow, 'metric' | 'date' | 'computeVersion' | 'inputs'>,
): string => `${rollupPartition(scope, row.metric)}|${row.date}|${row.computeVersion}.${row.inputs.sum}`;
