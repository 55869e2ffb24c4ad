import * as z from 'zod';
import { Entity } from '../../../contracts/http/entities.ts';
import { AppError } from '../../problems/app-error.ts';
import type { ChangeOutcome, FailureCode, WriteResult } from '../push/write-model.ts';
import { toEntity } from './entity-answer.ts';

/** What became of a write through the plain resources; the ledger keeps it as JSON. */
export const WriteVerdict = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('row'), wasMade: z.boolean(), entity: Entity }),
  z.object({ kind: z.literal('deleted') }),
  z.object({
    kind: z.literal('refused'),
    problem: z.enum([
      'entity.not_found',
      'entity.changed',
      'entity.exists',
      'entity.invalid',
      'entity.conflict',
      'sync.contention',
    ]),
    code: z.string(),
    message: z.string(),
  }),
]);
export type WriteVerdict = z.infer<typeof WriteVerdict>;
type Refused = Extract<WriteVerdict, { kind: 'refused' }>;

/** Which problem each failure of a change is to a caller of the plain resources. Total. */
const PROBLEM_OF: Readonly<Record<FailureCode, Refused['problem']>> = {
  'entity.changed': 'entity.changed',
  'entity.exists': 'entity.exists',
  'sync.row_missing': 'entity.not_found',
  'sync.conflict_not_found': 'entity.not_found',
  'sync.unknown_entity_type': 'entity.invalid',
  'sync.invalid_id': 'entity.invalid',
  'sync.invalid_clock': 'entity.invalid',
  'sync.unknown_field': 'entity.invalid',
  'sync.invalid_data': 'entity.invalid',
  'sync.row_too_large': 'entity.invalid',
  'sync.duplicate_request': 'entity.invalid',
  'sync.delta_required': 'entity.invalid',
  'sync.reference_cycle': 'entity.invalid',
  'sync.base_from_future': 'entity.conflict',
  'sync.append_only': 'entity.conflict',
  'sync.reference_missing': 'entity.conflict',
  'sync.reference_deleted': 'entity.conflict',
  'sync.delete_restricted': 'entity.conflict',
  'sync.contention': 'sync.contention',
};

export const refuse = (code: FailureCode, message: string): Refused => ({
  kind: 'refused',
  problem: PROBLEM_OF[code],
  code,
  message,
});

/** Something was decided, and not for the writer. */
export const refuseLost = (code: 'server_wins' | 'manual', message: string): Refused => ({
  kind: 'refused',
  problem: 'entity.conflict',
  code,
  message,
});

/** What a write was about. */
export interface Asked {
  /** No row lived there. */
  readonly isNew: boolean;
  /** The id that a row of that name has, unless the server knows it under another. */
  readonly rowId: string;
}

/**
 * The verdict on the one change of a write. What met another change and was taken, whole or merged, is the row
 * as it is now; what was not taken is `entity.conflict`, and its record tells of it.
 */
export function toVerdict(result: WriteResult, asked: Asked): WriteVerdict {
  const [outcome] = result.outcomes;
  if (outcome === undefined) throw new Error('a write has an outcome');
  if (outcome.kind === 'failed') return refuse(outcome.code, outcome.message);
  if (outcome.kind === 'conflict' && outcome.outcome === 'manual')
    return refuseLost('manual', 'the edit waits among the conflicts for somebody to decide');
  if (outcome.kind === 'conflict' && outcome.outcome === 'server_wins')
    return refuseLost(
      'server_wins',
      'the row was changed by others and stands: name its version in If-Match',
    );
  return rowVerdict(result, outcome, asked);
}

function rowVerdict(
  result: WriteResult,
  { entityType, id }: Exclude<ChangeOutcome, { kind: 'failed' }>,
  { isNew, rowId }: Asked,
): WriteVerdict {
  const row = result.rowOf(entityType, id);
  if (row === undefined || row.state.deleted) return { kind: 'deleted' };
  return { kind: 'row', wasMade: isNew && id === rowId, entity: toEntity(row) };
}

/** Seconds after which the others have probably had their turn. */
const RETRY_AFTER_SEC = 1;

/** The row, or undefined where none lives; throws the problem of what was refused. */
export function settleVerdict(verdict: WriteVerdict): Extract<WriteVerdict, { kind: 'row' }> | undefined {
  if (verdict.kind === 'row') return verdict;
  if (verdict.kind === 'deleted') return undefined;
  const { problem, code, message } = verdict;
  throw new AppError(problem, `${code}: ${message}.`, {
    faults: [{ path: '/data', code, message }],
    ...(problem === 'sync.contention' ? { retryAfterSec: RETRY_AFTER_SEC } : {}),
  });
}
