import type { EntityDefinition } from '../../../contracts/sync/entity.ts';
import {
  CHANGE_FAILURES,
  type ChangeFailureCode,
  type ChangeOp,
  type ConflictOutcome,
  type RowChange,
  type RowData,
} from '../merge/row.ts';
import type { StoredRow } from '../model.ts';

/** One change as it came, of any content; its values are looked at one change at a time (SYN2). */
export interface RawChange {
  readonly requestId: string;
  readonly entityType: string;
  readonly id: string;
  readonly op: ChangeOp;
  readonly baseVersion?: number | undefined;
  readonly data?: RowData | undefined;
  readonly hlc: string;
}

/** How a person decided a conflict: what the client wanted, what is there, or fields as they shall be. */
export interface Resolution {
  readonly conflictId: string;
  readonly strategy: 'client' | 'server' | 'merged';
  readonly data: RowData | undefined;
}

/** One unit of work of an operation, judged once and planned as often as it takes. */
export type Task =
  | { readonly kind: 'refused'; readonly outcome: ChangeOutcome }
  | {
      readonly kind: 'change';
      readonly requestId: string;
      readonly entity: EntityDefinition;
      /** As the client named the row. */
      readonly sentId: string;
      readonly change: RowChange;
      readonly expected: Expectation | undefined;
    }
  | { readonly kind: 'resolution'; readonly resolution: Resolution };

/** The version that a row must be at, of who asks with If-Match; `absent`: there must be none that lives. */
export type Expectation = number | 'absent';

interface Named {
  readonly requestId: string;
  readonly entityType: string;
  readonly id: string;
  /** The id that was sent, where it is another. */
  readonly clientId: string | undefined;
  readonly version: number;
}
export type FailureCode = ChangeFailureCode | 'entity.changed' | 'entity.exists' | 'sync.conflict_not_found';

/** What became of one task; of a resolution `requestId` is the conflict's id. */
export type ChangeOutcome =
  | ({ readonly kind: 'successful' } & Named)
  | ({ readonly kind: 'conflict'; readonly conflictId: string; readonly outcome: ConflictOutcome } & Named)
  | {
      readonly kind: 'failed';
      readonly requestId: string;
      readonly code: FailureCode;
      readonly message: string;
      readonly retryable: boolean;
    };

/** A thousand messages lie in one item of the ledger: names and ids, never values, short and in ASCII. */
const MAX_MESSAGE_CHARS = 150;
const NOT_PLAIN = /[^ !#-[\]-~]/g;

export function failed(requestId: string, code: FailureCode, message: string): ChangeOutcome {
  const { retryable } =
    code in CHANGE_FAILURES ? CHANGE_FAILURES[code as ChangeFailureCode] : { retryable: false };
  return {
    kind: 'failed',
    requestId,
    code,
    message: message.slice(0, MAX_MESSAGE_CHARS).replaceAll(NOT_PLAIN, '?'),
    retryable,
  };
}

export interface WriteResult {
  /** The user's commits up to and with the last of this operation. */
  readonly seq: number;
  /** In the order of the tasks. */
  readonly outcomes: readonly ChangeOutcome[];
  /** A row that an outcome names, as it is now, tombstones too. */
  readonly rowOf: (type: string, id: string) => StoredRow | undefined;
}

/** The idempotent frame of a write (SYN5). */
export interface OperationRequest {
  readonly operationId: string;
  /** SHA-256 over the canonical JSON of what was asked, hex. */
  readonly payloadHash: string;
  /** The newest clock of its changes; an unknown operation older than the horizon is refused. */
  readonly newestHlcMs: number | undefined;
  /** The answer, which the ledger keeps byte for byte. */
  readonly render: (result: WriteResult) => string;
}

export interface WriteAnswer {
  /** Undefined where the operation was done before: `text` is all there is of it. */
  readonly result: WriteResult | undefined;
  /** Undefined without an operation. */
  readonly text: string | undefined;
  /** How often somebody else was in the way. */
  readonly retryCount: number;
}
