import { type EpochMs, SECOND_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { Commit } from '../entity-store.ts';
import type { Operation } from '../model.ts';
import { writeProgress } from './progress.ts';
import type { Run } from './run-model.ts';
import type { ChangeOutcome } from './write-model.ts';

/** A chunk takes tens of milliseconds: who did not commit one for so long is dead (SYN5). */
const LEASE_MS = 60 * SECOND_MS;

/** The ledger row of a run behind these outcomes; `text` is the answer of an operation that is done. */
export function writeLedger(
  { request: { operation }, deps, token, readToken }: Run,
  outcomes: readonly ChangeOutcome[],
  text: string | undefined,
): Commit['operation'] {
  if (operation === undefined) return undefined;
  const next: Operation = {
    operationId: operation.operationId,
    payloadHash: operation.payloadHash,
    state: text === undefined ? 'running' : 'done',
    token,
    leaseUntilMs: (deps.clock.now() + LEASE_MS) as EpochMs,
    decidedCount: outcomes.length,
    result: text ?? writeProgress(outcomes),
  };
  return { next, readToken };
}

/** Keeps an answer that did not fit its last chunk; false: the operation is not ours any more. */
export async function keepAnswer(run: Run, text: string): Promise<boolean> {
  const outcome = await commitLedger(run, writeLedger(run, run.outcomes, text));
  if (outcome === 'gone') throw new AppError('user.not_found', 'The credentials reach no user by this id.');
  return outcome === 'committed';
}

/**
 * Ends our lease, so that a repeat need not wait for it. What the ledger says is kept: where the reply of a commit
 * was lost our outcomes are those before it, and would make the repeat apply it again. As long as that commit may
 * be under way nothing is written. Never throws: the lease ends by itself.
 */
export async function releaseOperation(run: Run): Promise<void> {
  await release(run).catch(() => undefined);
}

async function release(run: Run): Promise<void> {
  const { deps, scope, token } = run;
  const { operation } = run.request;
  if (operation === undefined) return;
  const stored = await deps.store.loadOperation(scope, operation.operationId);
  if (stored?.token !== token || stored.state !== 'running') return;
  if (run.isCommitting && stored.decidedCount <= run.outcomes.length) return;
  const read = run.read ?? (await deps.store.loadHead(scope));
  if (read === undefined || read === 'gone') return;
  const next = { ...stored, leaseUntilMs: deps.clock.now() };
  await commitLedger({ ...run, read }, { next, readToken: token });
}

async function commitLedger(run: Run, operation: Commit['operation']) {
  const { deps, scope, read } = run;
  if (read === undefined || operation === undefined) return undefined;
  const nothing = { entry: undefined, rows: [], aliases: [], conflicts: [] };
  return deps.store.commit(scope, { read, head: read, ...nothing, operation });
}
