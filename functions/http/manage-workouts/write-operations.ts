import * as z from 'zod';
import { PageQuery } from '../../../contracts/http/paging.ts';
import { PutWorkoutRequest } from '../../../contracts/http/workout-writes.ts';
import { getWorkout } from '../../../lib/workouts/reads/get-workout.ts';
import { listSyncStates } from '../../../lib/workouts/writes/list-sync-states.ts';
import { deleteManualEntry, putManualEntry } from '../../../lib/workouts/writes/manual-entry.ts';
import { upsertWorkouts } from '../../../lib/workouts/writes/upsert-workouts.ts';
import type { ApiResponse, OperationHandler, OperationHandlers } from '../../_platform/http/operation.ts';
import { parseJson, parseJsonBody, parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag, readCursor, writeCursor } from '../../_platform/http/tagged-answer.ts';
import { entryAnswer, entryIdOf, expectationOf } from './entry-requests.ts';
import type { ManageWorkoutsDeps } from './wiring.ts';

const Position = z.object({ afterId: z.string().regex(/^[0-9a-z]{13}$/) });

/** Workouts in: batches of sources, entries by hand, and how far each source has sent. */
export const writeOperations = (deps: ManageWorkoutsDeps) =>
  ({
    upsertWorkouts: upsertWorkoutsOperation(deps),
    listWorkoutSyncStates: listSyncStatesOperation(deps),
    putWorkout: putWorkoutOperation(deps),
    deleteWorkout: deleteWorkoutOperation(deps),
  }) satisfies OperationHandlers;

const upsertWorkoutsOperation =
  ({ upserts, settings }: ManageWorkoutsDeps): OperationHandler =>
  async (request) => {
    settings.meter.add('IngestRequests', 1);
    const { body, correlationId, nowMs } = request;
    const call = { scope: request.userScope(), body, json: parseJson(request), correlationId, nowMs };
    return await upsertWorkouts(upserts, call);
  };

const listSyncStatesOperation =
  ({ upserts, entries }: ManageWorkoutsDeps): OperationHandler =>
  async (request) => {
    const { limit } = parseQuery(PageQuery, request);
    const afterId = readCursor(request, Position)?.afterId;
    const deps = { store: upserts.store, heads: entries.heads };
    const { sources, nextAfterId } = await listSyncStates(deps, request.userScope(), { afterId, limit });
    const next = nextAfterId === undefined ? undefined : { afterId: nextAfterId };
    return answerWithTag(request, { sources, nextCursor: writeCursor(request, next) });
  };

const putWorkoutOperation =
  (deps: ManageWorkoutsDeps): OperationHandler =>
  async (request): Promise<ApiResponse> => {
    const { correlationId } = request;
    const call = {
      scope: request.userScope(),
      workoutId: entryIdOf(request),
      expected: expectationOf(request.headers, 'PUT'),
      correlationId,
    };
    const fields = parseJsonBody(PutWorkoutRequest, request);
    const { record, wasMade } = await putManualEntry(deps.entries, { ...call, fields });
    // As getWorkout tells it: other sources may have recorded the same activity.
    const { workout } = await getWorkout(deps.reads, call.scope, record.recordId);
    return entryAnswer(workout, wasMade, call.scope.userId);
  };

const deleteWorkoutOperation =
  ({ entries }: ManageWorkoutsDeps): OperationHandler =>
  async (request) => {
    await deleteManualEntry(entries, {
      scope: request.userScope(),
      workoutId: entryIdOf(request),
      expected: expectationOf(request.headers, 'DELETE'),
      correlationId: request.correlationId,
    });
    return { status: 204, body: undefined };
  };
