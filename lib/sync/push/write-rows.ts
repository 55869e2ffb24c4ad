import type { UserScope } from '../../samples/model.ts';
import type { SyncDeps } from '../sync-deps.ts';
import { judgeChanges } from './judge-changes.ts';
import { runTasks } from './run-tasks.ts';
import type { Expectation, OperationRequest, RawChange, WriteAnswer } from './write-model.ts';

export interface WriteRowsRequest {
  readonly changes: readonly RawChange[];
  /** Null: no device, the server itself or the plain API. */
  readonly originDeviceId: string | null;
  readonly correlationId: string;
  /** Without it a write is not remembered, and a repeat is another write. */
  readonly operation?: OperationRequest | undefined;
  /** Of every change: `entity.changed` or `entity.exists` where the row is another. */
  readonly expectVersion?: Expectation | undefined;
}

/**
 * The one way that rows change, through whatever door: validates each change by itself, plans what of them
 * fits one transaction, commits it, and plans again where somebody else was first. Every change has an outcome
 * of its own (SYN2). Throws AppError sync.payload_conflict, sync.operation_running, sync.operation_expired,
 * sync.contention (what was committed stays, a repeat goes on behind it), user.not_found.
 */
export function writeRows(deps: SyncDeps, scope: UserScope, request: WriteRowsRequest): Promise<WriteAnswer> {
  const { changes, expectVersion, ...rest } = request;
  const tasks = judgeChanges(deps.schema, changes, { nowMs: deps.clock.now(), expected: expectVersion });
  return runTasks(deps, scope, { ...rest, tasks });
}
