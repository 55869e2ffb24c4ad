import * as z from 'zod';
import {
  DecideDuplicatesRequest,
  ListDuplicatesQuery,
  ListWorkoutsQuery,
  SumWorkoutsQuery,
} from '../../../contracts/http/workouts.ts';
import { invalidQuery, parseInstant } from '../../../lib/reads/parse-query.ts';
import { decideGroup } from '../../../lib/workouts/decisions/decide-group.ts';
import type { DecisionChoice } from '../../../lib/workouts/decisions/plan-decision.ts';
import { getWorkout } from '../../../lib/workouts/reads/get-workout.ts';
import { listGroups } from '../../../lib/workouts/reads/group-answer.ts';
import { listWorkouts } from '../../../lib/workouts/reads/list-workouts.ts';
import { sumWorkouts } from '../../../lib/workouts/reads/sum-workouts.ts';
import { requireScope } from '../../_platform/http/authorise.ts';
import type { OperationHandler, OperationHandlers } from '../../_platform/http/operation.ts';
import { parseJsonBody, parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag, readCursor, writeCursor } from '../../_platform/http/tagged-answer.ts';
import { listWorkoutSamplesOperation } from './list-workout-samples.ts';
import type { ManageWorkoutsDeps } from './wiring.ts';

const Position = z.object({ startMs: z.number(), recordId: z.string(), ordinal: z.int().nonnegative() });

export const readOperations = (deps: ManageWorkoutsDeps) =>
  ({
    listWorkouts: listWorkoutsOperation(deps),
    getWorkout: getWorkoutOperation(deps),
    listWorkoutSamples: listWorkoutSamplesOperation(deps),
    sumWorkouts: sumWorkoutsOperation(deps),
    listDuplicateWorkouts: listDuplicatesOperation(deps),
    decideDuplicateWorkouts: decideOperation(deps),
  }) satisfies OperationHandlers;

const listWorkoutsOperation =
  ({ reads }: ManageWorkoutsDeps): OperationHandler =>
  async (request) => {
    const { from, to, limit, includeDuplicates, type, family } = parseQuery(ListWorkoutsQuery, request);
    const range = { ...rangeOf({ from, to }), after: readCursor(request, Position), limit };
    const query = { ...range, includeDuplicates, type, family };
    const { workouts, next, readCount } = await listWorkouts(reads, request.userScope(), query);
    return answerWithTag(request, { workouts, nextCursor: writeCursor(request, next) }, countOf(readCount));
  };

const getWorkoutOperation =
  ({ reads }: ManageWorkoutsDeps): OperationHandler =>
  async (request) => {
    const id = request.pathParameters['workoutId'] ?? '';
    const { workout, readCount } = await getWorkout(reads, request.userScope(), id);
    return answerWithTag(request, workout, countOf(readCount), workout.version);
  };

const sumWorkoutsOperation =
  ({ reads }: ManageWorkoutsDeps): OperationHandler =>
  async (request) => {
    const { from, to, by } = parseQuery(SumWorkoutsQuery, request);
    const query = { ...rangeOf({ from, to }), by };
    const { answer, readCount } = await sumWorkouts(reads, request.userScope(), query);
    return answerWithTag(request, answer, countOf(readCount));
  };

const listDuplicatesOperation =
  ({ reads }: ManageWorkoutsDeps): OperationHandler =>
  async (request) => {
    const { from, to, limit } = parseQuery(ListDuplicatesQuery, request);
    const query = { ...rangeOf({ from, to }), after: readCursor(request, Position), limit };
    const { groups, next, readCount } = await listGroups(reads, request.userScope(), query);
    return answerWithTag(request, { groups, nextCursor: writeCursor(request, next) }, countOf(readCount));
  };

const decideOperation =
  ({ reads, settings }: ManageWorkoutsDeps): OperationHandler =>
  async (request) => {
    // The answer shows all members, and the scope of the route lets one write.
    requireScope(request.principal, 'samples:read');
    const group = await decideGroup({ reads, clock: settings.clock }, request.userScope(), {
      groupId: request.pathParameters['groupId'] ?? '',
      choice: toChoice(parseJsonBody(DecideDuplicatesRequest, request)),
      correlationId: request.correlationId,
    });
    return { status: 200, body: group };
  };

const toChoice = (said: DecideDuplicatesRequest): DecisionChoice =>
  said.decision === 'primary' ? { kind: 'primary', primaryId: said.workoutId } : { kind: said.decision };

function rangeOf({ from, to }: { readonly from: string; readonly to: string }) {
  const fromMs = parseInstant('from', from).atMs;
  const toMs = parseInstant('to', to).atMs;
  if (toMs < fromMs) throw invalidQuery('to', 'bad_interval', 'not before from');
  return { fromMs, toMs };
}

const countOf = (readCount: number): Readonly<Record<string, string>> => ({
  'server-timing': `db;desc="${readCount} reads"`,
});
