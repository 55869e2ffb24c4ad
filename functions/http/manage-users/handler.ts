import {
  createHttpHandler,
  type HttpHandler,
  type HttpStack,
} from '../../_platform/http/create-http-handler.ts';
import { createOperations, type ManageUsersDependencies } from './operations.ts';

export interface ManageUsersWiring extends Pick<HttpStack, 'access' | 'settings'> {
  readonly deps: ManageUsersDependencies;
}

/** Users, their privacy settings and their erasure. */
export const createManageUsersHandler = ({ deps, access, settings }: ManageUsersWiring): HttpHandler =>
  createHttpHandler({ operations: createOperations(deps), access, settings });
