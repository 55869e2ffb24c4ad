import {
  createHttpHandler,
  type HttpHandler,
  type HttpStack,
} from '../../_platform/http/create-http-handler.ts';
import { type ManageRebuildsDependencies, rebuildOperations } from './operations.ts';

export interface ManageRebuildsWiring extends Pick<HttpStack, 'access' | 'settings'> {
  readonly deps: ManageRebuildsDependencies;
}

/** Rebuilds of read models: starting them, and how far they are (RBD1 to RBD9). */
export const createManageRebuildsHandler = ({ deps, access, settings }: ManageRebuildsWiring): HttpHandler =>
  createHttpHandler({ operations: rebuildOperations(deps), access, settings });
