import { operationIdOf } from '../../sync/merge/operation-id.ts';
import type { RowData } from '../../sync/merge/row.ts';
import { HeadwaterError } from '../client-error.ts';
import { saveConflictNote } from '../store/conflict-notes.ts';
import { loadPending, type PendingChange, savePending } from '../store/queue.ts';
import { callServer } from './call-server.ts';
import { type ClientContext, transact } from './client-context.ts';
import { newRequestId } from './local-writes.ts';
import { toNote } from './settle-push.ts';
import { OpenConflicts, ResolveAnswer } from './wire.ts';

/** A thousand open conflicts of a user; beyond that this device waits until there are fewer. */
const MAX_CONFLICT_PAGES = 10;

export interface Resolution {
  /** `client`: what this device wrote. `server`: what the server has. `merged`: what `data` says. */
  readonly strategy: 'client' | 'server' | 'merged';
  /** With `merged` only: the fields as they shall be. */
  readonly data?: RowData;
}

/** CLI9: conflicts that are no longer open were decided elsewhere (SKIPPED): the writes that waited go. */
export async function followConflicts(context: ClientContext): Promise<void> {
  const waiting = await listConflicted(context);
  if (waiting.length === 0) return;
  const open = await listOpen(context);
  if (open === undefined) return;
  for (const change of waiting) {
    if (!open.has(change.conflictId ?? '')) await endConflict(context, change, 'SKIPPED');
  }
}

/**
 * Decides a conflict on the server, and ends it here; the row as it is then comes with the next pull. Rejects
 * with CONFLICT_NOT_FOUND where no write of this device waits for it, and with REQUEST_REFUSED and the server's
 * code where the decision was not taken. The same decision once more is the same operation.
 */
export async function resolveConflict(
  context: ClientContext,
  conflictId: string,
  resolution: Resolution,
): Promise<void> {
  const change = (await listConflicted(context)).find((waiting) => waiting.conflictId === conflictId);
  if (change === undefined) throw new HeadwaterError('CONFLICT_NOT_FOUND', 'no such conflict waits here');
  const resolutions = [{ conflictId, ...resolution }];
  // Not the request's content alone: the same decision may be needed twice where the first was refused.
  const operationId = operationIdOf([{ conflictId, nonce: newRequestId(context) }, ...resolutions]);
  const body = JSON.stringify({ deviceId: context.deviceId, operationId, resolutions });
  const path = '/v1/sync/conflicts/batch-resolve';
  const answer = await callServer(context, { method: 'POST', path, body }, ResolveAnswer);
  const failure = answer.failed[0];
  if (failure !== undefined) {
    throw new HeadwaterError('REQUEST_REFUSED', 'the decision was not taken', { serverCode: failure.code });
  }
  const isOurs = resolution.strategy === 'client';
  // What the device wrote is the row now; it shows until the row itself arrives.
  const kept = isOurs ? answer.resolved[0]?.version : undefined;
  await endConflict(context, change, isOurs ? 'REBASE_AND_RETRY' : 'ADOPT_SERVER', kept);
}

async function listConflicted(context: ClientContext): Promise<readonly PendingChange[]> {
  const queue = await transact(context, (transaction) => loadPending(transaction));
  return queue.filter(({ state }) => state === 'conflicted');
}

async function listOpen(context: ClientContext): Promise<ReadonlySet<string> | undefined> {
  const open = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_CONFLICT_PAGES; page += 1) {
    const query = { status: 'open', limit: '100', ...(cursor === undefined ? {} : { cursor }) };
    const answer = await callServer(
      context,
      { method: 'GET', path: '/v1/sync/conflicts', query },
      OpenConflicts,
    );
    for (const { conflictId } of answer.conflicts) open.add(conflictId);
    cursor = answer.nextCursor ?? undefined;
    if (cursor === undefined) return open;
  }
  return undefined;
}

async function endConflict(
  context: ClientContext,
  change: PendingChange,
  outcome: 'SKIPPED' | 'ADOPT_SERVER' | 'REBASE_AND_RETRY',
  version?: number,
): Promise<void> {
  const conflictId = change.conflictId ?? '';
  await transact(context, async (transaction, touched) => {
    touched.add(change.type);
    if (version === undefined) await transaction.removeQueued([change.requestId]);
    else await savePending(transaction, [{ ...change, state: 'acked', version, conflictId: undefined }]);
    const note = toNote(context, change, {
      conflictId,
      outcome,
      serverOutcome: 'manual',
      version: version ?? change.version ?? 0,
    });
    await saveConflictNote(transaction, note);
  });
}
