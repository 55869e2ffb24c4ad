import * as z from 'zod';
import { ListWorkoutsQuery } from '../../../contracts/http/workouts.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { invalidQuery, parseInstant } from '../../../lib/reads/parse-query.ts';
import { loadWorkout, noWorkout, requireReadableHead } from '../../../lib/workouts/reads/load-workout.ts';
import { toWorkout } from '../../../lib/workouts/reads/to-workout.ts';
import { toWorkoutAnswer, toWorkoutDetail } from '../../../lib/workouts/reads/workout-answer.ts';
import type { OperationHandler, OperationHandlers } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag, readCursor, writeCursor } from '../../_platform/http/tagged-answer.ts';
import type { ReadDeps } from './wire-reads.ts';

const Position = z.object({ startMs: z.number(), recordId: z.string() });
const ALONE = { groupId: undefined, isPrimary: true };

export const readOperations = (deps: ReadDeps) =>
  ({
    listWorkouts: listWorkoutsOperation(deps),
    getWorkout: getWorkoutOperation(deps),
  }) satisfies OperationHandlers;

const listWorkoutsOperation =
  ({ reads }: ReadDeps): OperationHandler =>
  async (request) => {
    const { from, to, limit } = parseQuery(ListWorkoutsQuery, request);
    const fromMs = parseInstant('from', from).atMs;
    const toMs = parseInstant('to', to).atMs;
    if (toMs < fromMs) throw invalidQuery('to', 'bad_interval', 'not before from');
    const scope = request.userScope();
    await requireReadableHead(reads.heads, scope);
    const position = readCursor(request, Position);
    const after = position === undefined ? undefined : { ...position, startMs: position.startMs as EpochMs };
    const found = await reads.records.list(scope, 'workout', { fromMs, toMs, after, limit: limit + 1 });
    const page = found.slice(0, limit).flatMap((record) => toWorkout(reads.names, record) ?? []);
    const last = found.length > limit ? page.at(-1) : undefined;
    const next = last === undefined ? undefined : { startMs: last.startMs, recordId: last.id };
    const workouts = page.map((each) => toWorkoutAnswer(each, ALONE));
    return answerWithTag(request, { workouts, nextCursor: writeCursor(request, next) });
  };

const getWorkoutOperation =
  ({ reads }: ReadDeps): OperationHandler =>
  async (request) => {
    const scope = request.userScope();
    await requireReadableHead(reads.heads, scope);
    const workout = await loadWorkout(reads, scope, request.pathParameters['workoutId'] ?? '');
    if (workout === undefined) throw noWorkout();
    return answerWithTag(request, toWorkoutDetail(workout, { ...ALONE, childIds: [], copyIds: [] }));
  };
