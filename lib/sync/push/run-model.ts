import type { UserScope } from '../../samples/model.ts';
import type { SyncHead } from '../model.ts';
import type { SyncDeps } from '../sync-deps.ts';
import type { KnownRows } from './known-rows.ts';
import type { ChangeOutcome, OperationRequest, Task } from './write-model.ts';

export interface TasksRequest {
  readonly tasks: readonly Task[];
  /** Null: no device. */
  readonly originDeviceId: string | null;
  readonly correlationId: string;
  readonly operation?: OperationRequest | undefined;
}

/** Working on an operation, up to where it is done or somebody else was first. */
export interface Run {
  readonly deps: SyncDeps;
  readonly scope: UserScope;
  readonly request: TasksRequest;
  /** Ours alone: of the ledger's row, and of log entries of no operation. */
  readonly token: string;
  /** As read, and then as our own commits left it. */
  read: SyncHead | undefined;
  known: KnownRows;
  /** Of the first tasks, in their order. */
  outcomes: readonly ChangeOutcome[];
  /** False once somebody was first: then every row is looked for. */
  takesAsNew: boolean;
  /** Whose ledger row we would write over. */
  readToken: string | undefined;
  /** A commit was sent and nobody knows what became of it. */
  isCommitting: boolean;
}
