import { MAX_CHANGES_PER_CHUNK, MAX_CHUNK_BYTES } from '../../../contracts/sync/protocol.ts';
import { newSortableId } from '../../core/ids.ts';
import { AppError } from '../../problems/app-error.ts';
import type { Commit } from '../entity-store.ts';
import type { StoredRow, SyncHead } from '../model.ts';
import { askAhead } from './ask-ahead.ts';
import { Draft } from './chunk-draft.ts';
import { writeLedger } from './keep-answer.ts';
import { nameOf } from './known-rows.ts';
import { loadWanted } from './load-wanted.ts';
import { type ChunkPlan, type ChunkRequest, planChunk } from './plan-chunk.ts';
import type { Run } from './run-model.ts';
import type { ChangeOutcome, WriteAnswer, WriteResult } from './write-model.ts';

/** What the ledger's own item holds beside a chunk; a longer answer gets a transaction of its own. */
const MAX_ANSWER_BYTES_IN_CHUNK = 300_000;
/** Rows lead to rows: a chain has at most 64 links, and each may be a read. */
const MAX_AHEAD_COUNT = 70;
/** What asks for more than this is a fault of ours. */
const MAX_READ_COUNT = 1_000;

type Planned = Extract<ChunkPlan, { readonly kind: 'planned' }>;
type ChunkOutcome =
  | 'conflict'
  /** With the answer where the operation is done. */
  | { readonly answer: Omit<WriteAnswer, 'retryCount'> | undefined };

/** Plans the next chunk, commits it, and takes note of what it left. */
export async function workChunk(run: Run): Promise<ChunkOutcome> {
  const head = run.read ?? newHead(run);
  const plan = await planKnown(run, head);
  const outcomes = [...run.outcomes, ...plan.outcomes];
  const answer = await answerOf(run, plan, outcomes);
  const commit: Commit = { ...plan.commit, operation: writeLedger(run, outcomes, answer?.text) };
  const committed = isEmpty(commit) || (await send(run, commit));
  if (!committed) return 'conflict';
  takeNote(run, plan);
  run.outcomes = outcomes;
  return { answer };
}

/** The answer of the last chunk, where the ledger can hold it beside the chunk. */
async function answerOf(run: Run, plan: Planned, outcomes: readonly ChangeOutcome[]) {
  const { tasks, operation } = run.request;
  if (operation === undefined || outcomes.length < tasks.length) return undefined;
  const result = await resultOf(run, plan.commit.head, outcomes, plan.commit.rows);
  const text = operation.render(result);
  return Buffer.byteLength(text) > MAX_ANSWER_BYTES_IN_CHUNK ? undefined : { result, text };
}

const isEmpty = ({ rows, aliases, conflicts, operation }: Commit): boolean =>
  rows.length + aliases.length + conflicts.length === 0 && operation === undefined;

const newHead = ({ deps }: Run): SyncHead => ({
  seq: 0,
  epoch: newSortableId(deps.clock.now(), deps.randomness),
  horizonSeq: 0,
  forgottenVersion: 0,
  digests: {},
  openConflictCount: 0,
});

async function planKnown(run: Run, head: SyncHead): Promise<Planned> {
  const { deps, request } = run;
  const chunk = chunkRequestOf(run, head);
  if (run.outcomes.length === 0 || run.known.isEmpty) await readAhead(run, chunk);
  for (let count = 0; count < MAX_READ_COUNT; count += 1) {
    const plan = planChunk(run.known, run.read, head, chunk);
    if (plan.kind === 'planned') return plan;
    run.known.learn(plan.wanted, await loadWanted(deps.store, run.scope, plan.wanted));
  }
  throw new Error(`a plan of ${request.tasks.length} tasks keeps asking`);
}

function chunkRequestOf(run: Run, head: SyncHead): ChunkRequest {
  const { deps, scope, request, token, read, outcomes, takesAsNew } = run;
  const nowMs = deps.clock.now();
  return {
    tasks: request.tasks.slice(outcomes.length),
    context: {
      schema: deps.schema,
      userId: scope.userId,
      seq: head.seq + 1,
      nowMs,
      originDeviceId: request.originDeviceId,
      newConflictId: () => newSortableId(nowMs, deps.randomness),
      takesAsNew,
      forgottenVersion: head.forgottenVersion,
    },
    limits: {
      slotCount: read === undefined ? MAX_CHANGES_PER_CHUNK - 1 : MAX_CHANGES_PER_CHUNK,
      bytes: MAX_CHUNK_BYTES,
    },
    operationId: request.operation?.operationId ?? token,
    correlationId: request.correlationId,
  };
}

/** All that the operation will look at, in a few reads: names first, then rows, then what they lead to. */
async function readAhead({ deps, scope, known }: Run, { tasks, context }: ChunkRequest): Promise<void> {
  for (let count = 0; count < MAX_AHEAD_COUNT; count += 1) {
    const draft = new Draft(context.schema, known);
    askAhead(draft, context, tasks);
    if (draft.wanted === undefined) return;
    known.learn(draft.wanted, await loadWanted(deps.store, scope, draft.wanted));
  }
}

async function send(run: Run, commit: Commit): Promise<boolean> {
  const { deps, scope, request, token } = run;
  run.isCommitting = true;
  const outcome = await deps.store.commit(scope, commit);
  run.isCommitting = false;
  if (outcome === 'gone') throw new AppError('user.not_found', 'The credentials reach no user by this id.');
  if (outcome === 'committed') return true;
  if (request.operation !== undefined || commit.entry === undefined) return false;
  // Without a ledger the log alone tells whether it was us, and only the reply was lost.
  const [entry] = await deps.store.readEntries(scope, commit.entry.seq - 1, 1);
  return entry?.operationId === token;
}

/** The counter stands where this commit left it, as far as we know. */
function takeNote(run: Run, { commit }: Planned): void {
  const isUntouched = run.read === undefined && isEmpty({ ...commit, operation: undefined });
  if (!isUntouched || run.request.operation !== undefined) run.read = commit.head;
  for (const { row } of commit.rows) run.known.put(row);
  for (const { type, clientId, id } of commit.aliases) run.known.putAlias(nameOf(type, clientId), id);
  for (const { record } of commit.conflicts) run.known.putConflict(record);
  if (run.request.operation !== undefined) run.readToken = run.token;
}

/** The outcomes with the rows that conflicts are about: those of an earlier owner's chunks are read again. */
export async function resultOf(
  { deps, scope, known }: Run,
  head: SyncHead | undefined,
  outcomes: readonly ChangeOutcome[],
  written: Commit['rows'] = [],
): Promise<WriteResult> {
  const rows = new Map<string, StoredRow>(written.map(({ row }) => [nameOf(row.type, row.id), row]));
  const missing = new Map<string, { readonly type: string; readonly id: string }>();
  for (const outcome of outcomes) {
    if (outcome.kind !== 'conflict') continue;
    const name = nameOf(outcome.entityType, outcome.id);
    if (rows.has(name) || known.row(name) !== undefined) continue;
    missing.set(name, { type: outcome.entityType, id: outcome.id });
  }
  if (missing.size > 0) {
    for (const row of await deps.store.loadRows(scope, [...missing.values()])) {
      rows.set(nameOf(row.type, row.id), row);
    }
  }
  const rowOf = (type: string, id: string) => {
    const name = nameOf(type, id);
    return rows.get(name) ?? known.row(name) ?? undefined;
  };
  return { seq: head?.seq ?? 0, outcomes, rowOf };
}
