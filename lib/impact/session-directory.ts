import type { EpochMs } from '../core/instants.ts';
import type { UserScope } from '../samples/model.ts';
import type { LogPosition, SessionFacts, SessionPlace } from './model.ts';

/** What the directory knows of a session by its id: as of which commit, and where it is listed. */
export interface SessionPointer {
  readonly sessionId: string;
  readonly asOf: LogPosition;
  /** Undefined: it was deleted. */
  readonly startedAtMs: EpochMs | undefined;
}

/** A session as of a commit; `facts` undefined: deleted, or with a start that no sample can be near. */
export interface SessionChange {
  readonly sessionId: string;
  readonly asOf: LogPosition;
  readonly facts: SessionFacts | undefined;
}

/**
 * Living sessions in the order of their start: an index of the rows of device sync, which lie by id and are
 * sealed. It follows their log, and says up to where it did.
 */
export interface SessionDirectory {
  /** Up to where the log was followed; undefined: never yet. */
  loadMark(scope: UserScope): Promise<LogPosition | undefined>;
  /** Only from where it was read; another's step stands. */
  advanceMark(scope: UserScope, from: LogPosition | undefined, to: LogPosition): Promise<void>;
  loadPointers(scope: UserScope, sessionIds: readonly string[]): Promise<ReadonlyMap<string, SessionPointer>>;
  /** All of them, in the order of ids, tombstones too; pages of at most `limit`. */
  listPointers(
    scope: UserScope,
    page: { readonly afterId: string | undefined; readonly limit: number },
  ): Promise<readonly SessionPointer[]>;
  /** In one transaction, on the condition that the pointer is the one read. `gone`: the user is erased. */
  save(
    scope: UserScope,
    change: SessionChange,
    read: SessionPointer | undefined,
  ): Promise<'saved' | 'conflict' | 'gone'>;
  /** Sessions that began in [fromMs, toMs], in the order of their places, behind `after`; strongly consistent. */
  list(
    scope: UserScope,
    range: {
      readonly fromMs: EpochMs;
      readonly toMs: EpochMs;
      readonly after?: SessionPlace | undefined;
      readonly limit: number;
    },
  ): Promise<readonly SessionFacts[]>;
}
