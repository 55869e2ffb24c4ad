import {
  createHttpHandler,
  type HttpHandler,
  type HttpStack,
} from '../../_platform/http/create-http-handler.ts';
import { createOperations, type ManageAccessDependencies } from './operations.ts';

export interface ManageAccessWiring extends Pick<HttpStack, 'access' | 'settings'> {
  readonly deps: ManageAccessDependencies;
}

/** Workspace, API keys and issuers. */
export const createManageAccessHandler = ({ deps, access, settings }: ManageAccessWiring): HttpHandler =>
  createHttpHandler({ operations: createOperations(deps), access, settings });
