import * as z from 'zod';
import { ListRecordsQuery } from '../../../contracts/http/records.ts';
import type { RecordKind } from '../../../lib/providers/model.ts';
import { invalidQuery, parseInstant } from '../../../lib/reads/parse-query.ts';
import { listRecords, toSleepSession, toWorkoutRecord } from '../../../lib/records/list-records.ts';
import type { ApiRequest, OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag, readCursor, writeCursor } from '../../_platform/http/tagged-answer.ts';
import type { ReadHealthDeps } from './wiring.ts';

const RecordPosition = z.object({ startMs: z.number(), recordId: z.string() });

async function readPage(deps: ReadHealthDeps, request: ApiRequest, kind: RecordKind) {
  const { from, to, limit } = parseQuery(ListRecordsQuery, request);
  const fromMs = parseInstant('from', from).atMs;
  const toMs = parseInstant('to', to).atMs;
  if (toMs < fromMs) throw invalidQuery('to', 'bad_interval', 'not before from');
  const after = readCursor(request, RecordPosition);
  const page = await listRecords(deps, request.userScope(), kind, { fromMs, toMs, limit, after });
  return { records: page.records, nextCursor: writeCursor(request, page.next) };
}

export const listSleepSessionsOperation =
  (deps: ReadHealthDeps): OperationHandler =>
  async (request) => {
    const { records, nextCursor } = await readPage(deps, request, 'sleep');
    return answerWithTag(request, {
      sessions: records.flatMap((each) => toSleepSession(each) ?? []),
      nextCursor,
    });
  };

export const listWorkoutRecordsOperation =
  (deps: ReadHealthDeps): OperationHandler =>
  async (request) => {
    const { records, nextCursor } = await readPage(deps, request, 'workout');
    return answerWithTag(request, {
      workouts: records.flatMap((each) => toWorkoutRecord(each) ?? []),
      nextCursor,
    });
  };
