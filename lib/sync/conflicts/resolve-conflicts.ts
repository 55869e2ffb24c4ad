import type { BatchResolveRequest } from '../../../contracts/http/sync.ts';
import type { UserScope } from '../../samples/model.ts';
import { hashOf } from '../push/hash-of.ts';
import { runTasks } from '../push/run-tasks.ts';
import { failed, type Task, type WriteResult } from '../push/write-model.ts';
import type { SyncDeps } from '../sync-deps.ts';

/** JSON that is byte for byte the same on a repeat; 207 where some could not be settled. */
export interface ResolveAnswerText {
  readonly status: 200 | 207;
  readonly body: string;
}

/**
 * Settles conflicts as a person decided (SYN4), each by itself, through the ledger of pushes: operation ids are
 * one space. Throws what `pushChanges` throws.
 */
export async function resolveConflicts(
  deps: SyncDeps,
  scope: UserScope,
  request: BatchResolveRequest,
  { correlationId }: { readonly correlationId: string },
): Promise<ResolveAnswerText> {
  const { deviceId, operationId, resolutions } = request;
  const tasks = resolutions.map(({ conflictId, strategy, data }): Task => {
    if (strategy === 'merged' && data === undefined) {
      const message = 'merged says in `data` what the fields shall be';
      return { kind: 'refused', outcome: failed(conflictId, 'sync.invalid_data', message) };
    }
    return { kind: 'resolution', resolution: { conflictId, strategy, data } };
  });
  const operation = {
    operationId,
    payloadHash: hashOf(request),
    newestHlcMs: undefined,
    render: (result: WriteResult) => renderResolved(operationId, result),
  };
  const answer = await runTasks(deps, scope, { tasks, originDeviceId: deviceId, correlationId, operation });
  const body = answer.text ?? '';
  return { status: body.endsWith(CLEAN_END) ? 200 : 207, body };
}

/** A quote within a text is escaped, so this end is that of an answer without failures alone. */
const CLEAN_END = ',"failed":[]}';

function renderResolved(operationId: string, { seq, outcomes }: WriteResult): string {
  const resolved = outcomes.flatMap((outcome) =>
    outcome.kind === 'failed'
      ? []
      : [
          {
            conflictId: outcome.requestId,
            entityType: outcome.entityType,
            id: outcome.id,
            version: outcome.version,
          },
        ],
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.kind === 'failed'
      ? [
          {
            conflictId: outcome.requestId,
            code: outcome.code,
            message: outcome.message,
            retryable: outcome.retryable,
          },
        ]
      : [],
  );
  return JSON.stringify({ operationId, seq, resolved, failed: failures });
}
