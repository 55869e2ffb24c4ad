import { createHttpHandler, type HttpHandler } from '../../_platform/http/create-http-handler.ts';
import { importOperations } from './import-operations.ts';
import { readOperations } from './read-operations.ts';
import type { ManageWorkoutsDeps } from './wiring.ts';
import { writeOperations } from './write-operations.ts';

/** Workouts: read once each whatever the number of their sources, and what the user decides about them. */
export const createManageWorkoutsHandler = (deps: ManageWorkoutsDeps): HttpHandler =>
  createHttpHandler({
    access: deps.access,
    settings: deps.settings,
    operations: { ...readOperations(deps), ...writeOperations(deps), ...importOperations(deps) },
  });
