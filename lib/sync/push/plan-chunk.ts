import { MAX_INLINE_ROW_BYTES } from '../../../contracts/sync/protocol.ts';
import { assertNever } from '../../core/assert.ts';
import type { Commit } from '../entity-store.ts';
import type { LogChange, LogEntry, StoredRow, SyncHead } from '../model.ts';
import { Draft } from './chunk-draft.ts';
import type { KnownRows, Wanted } from './known-rows.ts';
import { moveDigests } from './move-digests.ts';
import { planChange } from './plan-change.ts';
import type { ChunkLimits, PlanContext } from './plan-model.ts';
import { planResolution } from './plan-resolution.ts';
import { settleTallies } from './plan-rules.ts';
import { dataBytesOf } from './stored-row.ts';
import { type ChangeOutcome, failed, type Task } from './write-model.ts';

export interface ChunkRequest {
  /** What is left of the operation, in the order of the request. */
  readonly tasks: readonly Task[];
  readonly context: PlanContext;
  readonly limits: ChunkLimits;
  /** Who the entry of the log is of. */
  readonly operationId: string;
  readonly correlationId: string;
}

export type ChunkPlan =
  /** Read this and plan again. */
  | { readonly kind: 'wanted'; readonly wanted: Wanted }
  | {
      readonly kind: 'planned';
      /** Of the first tasks; none where a deletion takes more rows with it than one chunk holds. */
      readonly outcomes: readonly ChangeOutcome[];
      readonly commit: Omit<Commit, 'operation'>;
    };

/**
 * The next chunk of an operation: as many tasks as fit one transaction, in their order, later ones seeing
 * earlier ones; every one decided by itself (SYN2). Pure.
 */
export function planChunk(
  known: KnownRows,
  read: SyncHead | undefined,
  head: SyncHead,
  request: ChunkRequest,
): ChunkPlan {
  const { tasks, context, limits } = request;
  const chunk = new Draft(context.schema, known);
  const outcomes: ChangeOutcome[] = [];
  for (const task of tasks) {
    const branch = chunk.branch();
    const outcome = planTask(branch, context, task);
    if (branch.wanted !== undefined) return { kind: 'wanted', wanted: branch.wanted };
    if (outcome.kind === 'failed') {
      // What is refused leaves nothing behind.
      outcomes.push(outcome);
    } else if (fits(chunk, branch, limits)) {
      chunk.merge(branch);
      outcomes.push(outcome);
    } else if (!chunk.isEmpty || takePart(chunk, branch, limits)) {
      break;
    } else {
      outcomes.push(failed(outcome.requestId, 'sync.row_too_large', 'it does not fit one transaction'));
    }
  }
  settleTallies(chunk, context);
  return { kind: 'planned', outcomes, commit: toCommit(chunk, read, head, request) };
}

function planTask(draft: Draft, context: PlanContext, task: Task): ChangeOutcome {
  switch (task.kind) {
    case 'refused':
      return task.outcome;
    case 'change':
      return planChange(draft, context, task);
    case 'resolution':
      return planResolution(draft, context, task.resolution);
    default:
      return assertNever(task);
  }
}

const fits = (chunk: Draft, branch: Draft, { slotCount, bytes }: ChunkLimits): boolean =>
  chunk.slotsWith(branch) <= slotCount && chunk.bytes + branch.bytes <= bytes;

/**
 * Of a deletion that takes more with it than fits: the first rows, deepest first; the row itself comes last.
 * False: not even one of them fits.
 */
function takePart(chunk: Draft, whole: Draft, limits: ChunkLimits): boolean {
  for (const row of [...whole.rows.values()].slice(0, -1)) {
    const branch = chunk.branch();
    branch.write(row);
    if (!fits(chunk, branch, limits)) break;
    chunk.merge(branch);
  }
  return !chunk.isEmpty;
}

function toCommit(
  chunk: Draft,
  read: SyncHead | undefined,
  head: SyncHead,
  { context, operationId, correlationId }: ChunkRequest,
): Omit<Commit, 'operation'> {
  const rows = [...chunk.rows].map(([name, row]) => ({ row, before: chunk.original(name) }));
  const conflicts = [...chunk.conflicts.values()];
  const entry: LogEntry | undefined =
    rows.length === 0
      ? undefined
      : {
          seq: context.seq,
          committedAtMs: context.nowMs,
          originDeviceId: context.originDeviceId,
          operationId,
          correlationId,
          changes: rows.map(({ row }) => toLogChange(row)),
        };
  return {
    read,
    head: {
      ...head,
      seq: entry === undefined ? head.seq : context.seq,
      digests: moveDigests(head.digests, rows),
      openConflictCount: head.openConflictCount + openedBy(conflicts),
    },
    entry,
    rows: rows.map(({ row, before }) => ({ row, readVersion: before?.state.version })),
    aliases: [...chunk.aliases.values()],
    conflicts,
  };
}

const openedBy = (conflicts: Commit['conflicts']): number =>
  conflicts.reduce((sum, { record, isNew }) => {
    if (isNew) return record.status === 'open' ? sum + 1 : sum;
    return sum - 1;
  }, 0);

const toLogChange = (row: StoredRow): LogChange => ({
  type: row.type,
  id: row.id,
  op: row.state.deleted ? 'delete' : 'upsert',
  version: row.state.version,
  row: isInline(row) ? { ...row, state: { ...row.state, stamps: {}, elements: {} } } : undefined,
});

const isInline = ({ state }: StoredRow): boolean => dataBytesOf(state) <= MAX_INLINE_ROW_BYTES;
