import {
  CreateActivityImportRequest,
  GetWorkoutTrackQuery,
} from '../../../contracts/http/activity-imports.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { createImport, getImport, startImport } from '../../../lib/workouts/imports/ask-import.ts';
import { getTrack } from '../../../lib/workouts/imports/get-track.ts';
import type { ApiRequest, OperationHandler, OperationHandlers } from '../../_platform/http/operation.ts';
import { parseJsonBody, parseQuery } from '../../_platform/http/parse-json-body.ts';
import { answerWithTag } from '../../_platform/http/tagged-answer.ts';
import type { ImportDeps } from './wire-imports.ts';
import type { ReadDeps } from './wire-reads.ts';

/** Files of activities in, and the ways that they tell. */
export const importOperations = (deps: ImportDeps & ReadDeps) =>
  ({
    createActivityImport: createImportOperation(deps),
    startActivityImport: startImportOperation(deps),
    getActivityImport: getImportOperation(deps),
    getWorkoutTrack: getTrackOperation(deps),
  }) satisfies OperationHandlers;

const createImportOperation =
  ({ imports }: ImportDeps): OperationHandler =>
  async (request) => {
    const wanted = parseJsonBody(CreateActivityImportRequest, request);
    return { status: 201, body: await createImport(imports, request.userScope(), wanted) };
  };

const startImportOperation =
  ({ imports }: ImportDeps): OperationHandler =>
  async (request) => {
    const { correlationId } = request;
    const importId = importIdOf(request);
    const body = await startImport(imports, request.userScope(), { importId, correlationId });
    return { status: 202, body };
  };

const getImportOperation =
  ({ imports }: ImportDeps): OperationHandler =>
  async (request) =>
    answerWithTag(request, await getImport(imports, request.userScope(), importIdOf(request)));

const getTrackOperation =
  (deps: ImportDeps & ReadDeps): OperationHandler =>
  async (request) => {
    const { maxPoints } = parseQuery(GetWorkoutTrackQuery, request);
    const workoutId = request.pathParameters['workoutId'] ?? '';
    return answerWithTag(request, await getTrack(deps, request.userScope(), { workoutId, maxPoints }));
  };

const IMPORT_ID = /^imp_[0-9a-hjkmnp-tv-z]{26}$/;

/** Another id is of no import. */
function importIdOf({ pathParameters }: Pick<ApiRequest, 'pathParameters'>): string {
  const importId = pathParameters['importId'] ?? '';
  if (!IMPORT_ID.test(importId))
    throw new AppError('activity.import_not_found', 'There is no import by this id.');
  return importId;
}
