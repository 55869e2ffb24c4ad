import { normaliseRecord, recordIdOf } from '../../records/normalise-record.ts';
import { planRecords, takeBatch } from '../../records/plan-records.ts';
import { answerOf, keepAnswer, queuedAnswer, storedAnswer } from '../../samples/answer.ts';
import { enqueueRequest } from '../../samples/enqueue-request.ts';
import { replacedBy } from '../../samples/run-request.ts';
import { sourceIdOf } from '../../samples/sample-identity.ts';
import type { WriteRules } from '../../workouts/writes/rules.ts';

/** The rules of records and of the ledger as they are: a batch of workouts knows no others. */
export const WORKOUT_WRITE_RULES: WriteRules = {
  normaliseRecord,
  recordIdOf,
  takeBatch,
  planRecords,
  answerOf,
  keepAnswer,
  storedAnswer,
  queuedAnswer,
  replacedBy,
  enqueueRequest,
  sourceIdOf,
};
