import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { assertNever } from '../../core/assert.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { ProjectionRow } from '../../projections/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey, DataKeys } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { B, bytesOf, type Dynamo, type Item, N, numberOf, optionalNumberOf, S, stringOf } from './dynamo.ts';
import { rethrowStoreError } from './store-error.ts';

export interface ProjectionRowDependencies {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
  readonly dataKeys: DataKeys;
  readonly randomness: Randomness;
}

/**
 * Of two projectors the one with the newer inputs wins, whichever writes last (PRJ2):
 *
 *   A reads (sum 7) ───────────────────────── A writes 7: refused, 9 stands
 *        B reads (sum 9) ──── B writes 9: saved
 */
const IS_OLDER = 'attribute_not_exists(pk) OR c < :c OR (c = :c AND m < :m)';
/** A later version of what decides the inputs wins with fewer of them, and an earlier one does not with more. */
const IS_OLDER_VERSION =
  'attribute_not_exists(pk) OR c < :c OR (c = :c AND (attribute_not_exists(v) OR v < :v OR (v = :v AND m < :m)))';

/**
 * Puts a row of any read model under its key, unless an equal or newer one stands there. A user without a data
 * key is erased: nothing is written.
 */
export async function saveProjectionRow(
  { dynamo, coreTable, dataKeys, randomness }: ProjectionRowDependencies,
  scope: UserScope,
  key: Item,
  row: ProjectionRow<unknown>,
): Promise<'saved' | 'superseded'> {
  const dataKey = await dataKeys.load(scope);
  if (dataKey === undefined) return 'superseded';
  const { version, sum } = row.inputs;
  const command = new PutItemCommand({
    TableName: coreTable,
    Item: toProjectionItem(key, row, dataKey, randomness),
    ConditionExpression: version === undefined ? IS_OLDER : IS_OLDER_VERSION,
    ExpressionAttributeValues: {
      ':c': N(row.computeVersion),
      ':m': N(sum),
      ...(version === undefined ? {} : { ':v': N(version) }),
    },
  });
  try {
    await dynamo.send(command).catch(rethrowStoreError);
    return 'saved';
  } catch (error) {
    if (isConditionFailure(error)) return 'superseded';
    throw error;
  }
}

const isConditionFailure = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';

/**
 * A row in the `core` table: c compute version, v version of the inputs where they have one, m their sum, g
 * their digest, q source seq, a computed at (ms), o outcome (c complete, p partial, f failed), w why, p the
 * sealed figures. Place, versions and sum are the associated data, so that no older figures can be put in their
 * place unseen.
 */
function toProjectionItem(
  key: Item,
  row: ProjectionRow<unknown>,
  dataKey: DataKey,
  randomness: Randomness,
): Item {
  const { outcome, inputs } = row;
  const plain = new TextEncoder().encode(JSON.stringify(row.figures));
  return {
    ...key,
    c: N(row.computeVersion),
    ...(inputs.version === undefined ? {} : { v: N(inputs.version) }),
    m: N(inputs.sum),
    g: S(inputs.digest),
    q: N(inputs.sourceSeq),
    a: N(row.computedAtMs),
    o: S(outcome.kind.slice(0, 1)),
    ...(outcome.kind === 'complete' ? {} : { w: S(outcome.reason) }),
    p: B(seal(plain, dataKey, figuresAad(key, row), randomness)),
  };
}

/** Throws `UnsealError` when the figures are not those that were sealed for this place and these inputs. */
export function fromProjectionItem<Figures>(item: Item, dataKey: DataKey): ProjectionRow<Figures> {
  const version = optionalNumberOf(item, 'v');
  const row = {
    inputs: {
      digest: stringOf(item, 'g'),
      sum: numberOf(item, 'm'),
      ...(version === undefined ? {} : { version }),
      sourceSeq: numberOf(item, 'q'),
    },
    computeVersion: numberOf(item, 'c'),
    computedAtMs: numberOf(item, 'a') as EpochMs,
    outcome: outcomeOf(item),
  };
  const plain = open(bytesOf(item, 'p'), dataKey, figuresAad(item, row));
  return { ...row, figures: JSON.parse(new TextDecoder().decode(plain)) as Figures };
}

function outcomeOf(item: Item): ProjectionRow<unknown>['outcome'] {
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

function figuresAad(
  key: Item,
  { computeVersion, inputs }: Pick<ProjectionRow<unknown>, 'computeVersion' | 'inputs'>,
): string {
  const versions = [computeVersion, ...(inputs.version === undefined ? [] : [inputs.version])];
  return `${stringOf(key, 'pk')}|${stringOf(key, 'sk')}|${[...versions, inputs.sum].join('.')}`;
}
