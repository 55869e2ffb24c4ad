import {
  createHttpHandler,
  type HttpHandler,
  type HttpStack,
} from '../../_platform/http/create-http-handler.ts';
import { type ConnectionDependencies, connectionOperations } from './connection-operations.ts';
import { type ConsentDependencies, consentOperations } from './consent-operations.ts';
import { forLivingUsers } from './living-users.ts';
import { type SyncOperationDependencies, syncOperations } from './sync-operations.ts';

export type ManageConnectionsDependencies = ConnectionDependencies &
  ConsentDependencies &
  SyncOperationDependencies;

export interface ManageConnectionsWiring extends Pick<HttpStack, 'access' | 'settings'> {
  readonly deps: ManageConnectionsDependencies;
}

/** Consents, connections and their syncs. */
export const createManageConnectionsHandler = ({
  deps,
  access,
  settings,
}: ManageConnectionsWiring): HttpHandler =>
  createHttpHandler({
    operations: {
      ...consentOperations(deps),
      ...connectionOperations(deps),
      ...forLivingUsers(deps, syncOperations(deps)),
    },
    access,
    settings,
  });
