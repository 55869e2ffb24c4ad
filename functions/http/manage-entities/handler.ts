import { AppError } from '../../../lib/problems/app-error.ts';
import { createHttpHandler, type HttpHandler } from '../../_platform/http/create-http-handler.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { getEntityOperation, listEntitiesOperation } from './read.ts';
import type { ManageEntitiesDeps } from './wiring.ts';
import { writeEntityOperation } from './write.ts';

/** What devices sync, as plain resources. */
export const createManageEntitiesHandler = (deps: ManageEntitiesDeps): HttpHandler =>
  createHttpHandler({
    access: deps.access,
    settings: deps.settings,
    operations: {
      listEntities: listEntitiesOperation(deps),
      getEntity: getEntityOperation(deps),
      createEntity: counted(deps, writeEntityOperation(deps, 'POST')),
      putEntity: counted(deps, writeEntityOperation(deps, 'PUT')),
      patchEntity: counted(deps, writeEntityOperation(deps, 'PATCH')),
      deleteEntity: counted(deps, writeEntityOperation(deps, 'DELETE')),
    },
  });

const counted =
  ({ settings: { meter } }: ManageEntitiesDeps, operation: OperationHandler): OperationHandler =>
  async (request) => {
    try {
      return await operation(request);
    } catch (error) {
      if (error instanceof AppError && error.code === 'sync.contention') meter.add('SyncContention', 1);
      throw error;
    }
  };
