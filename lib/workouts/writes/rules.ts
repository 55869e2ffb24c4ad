import type { normaliseRecord, recordIdOf } from '../../records/normalise-record.ts';
import type { planRecords, takeBatch } from '../../records/plan-records.ts';
import type { answerOf, keepAnswer, queuedAnswer, storedAnswer } from '../../samples/answer.ts';
import type { enqueueRequest } from '../../samples/enqueue-request.ts';
import type { replacedBy } from '../../samples/run-request.ts';
import type { sourceIdOf } from '../../samples/sample-identity.ts';

/** What makes a record of a workout, and decides between two copies of it (lib/records). */
export interface RecordRules {
  readonly normaliseRecord: typeof normaliseRecord;
  readonly recordIdOf: typeof recordIdOf;
  readonly takeBatch: typeof takeBatch;
  readonly planRecords: typeof planRecords;
}

/** How a request id is answered once and for all (lib/samples): one ledger for all kinds of requests. */
export interface LedgerRules {
  readonly answerOf: typeof answerOf;
  readonly keepAnswer: typeof keepAnswer;
  readonly storedAnswer: typeof storedAnswer;
  readonly queuedAnswer: typeof queuedAnswer;
  readonly replacedBy: typeof replacedBy;
  readonly enqueueRequest: typeof enqueueRequest;
  readonly sourceIdOf: typeof sourceIdOf;
}

/** Rules of other features that writes stand on: given to them, since features know each other by types. */
export type WriteRules = RecordRules & LedgerRules;
