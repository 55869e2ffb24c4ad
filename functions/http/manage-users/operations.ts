import { PageQuery } from '../../../contracts/http/paging.ts';
import { PrivacySettings } from '../../../contracts/http/privacy.ts';
import { CreateUserRequest, UpdateUserRequest } from '../../../contracts/http/users.ts';
import {
  type ChangeUserDependencies,
  loadPrivacy,
  loadUser,
  replacePrivacy,
  updateUser,
} from '../../../lib/users/change-user.ts';
import { type CreateUserDependencies, findOrCreateUser } from '../../../lib/users/create-user.ts';
import { type EraseUserDependencies, eraseUser } from '../../../lib/users/erase-user.ts';
import { listUsers } from '../../../lib/users/list-users.ts';
import { toUserAnswer } from '../../../lib/users/to-answer.ts';
import type { OperationHandlers } from '../../_platform/http/operation.ts';
import { parseJsonBody, parseQuery } from '../../_platform/http/parse-json-body.ts';

export interface ManageUsersDependencies
  extends CreateUserDependencies,
    ChangeUserDependencies,
    EraseUserDependencies {}

export const createOperations = (deps: ManageUsersDependencies): OperationHandlers => ({
  ...userOperations(deps),
  ...privacyOperations(deps),
});

const userOperations = (deps: ManageUsersDependencies): OperationHandlers => ({
  createUser: async (request) => {
    const { externalId, email, displayName, timeZone } = parseJsonBody(CreateUserRequest, request);
    const wanted = { externalId, profile: { email, displayName }, timeZone };
    const { user, created } = await findOrCreateUser(deps, request.principal.workspaceId, wanted);
    return { status: created ? 201 : 200, body: toUserAnswer(user) };
  },
  listUsers: async (request) => {
    const page = parseQuery(PageQuery, request);
    const { users, nextCursor } = await listUsers(deps.users, request.principal.workspaceId, page);
    return { status: 200, body: { users: users.map(toUserAnswer), nextCursor } };
  },
  getUser: async (request) => ({
    status: 200,
    body: toUserAnswer(await loadUser(deps.users, request.userScope())),
  }),
  updateUser: async (request) => {
    const changes = parseJsonBody(UpdateUserRequest, request);
    return { status: 200, body: toUserAnswer(await updateUser(deps, request.userScope(), changes)) };
  },
  deleteUser: async (request) => {
    await eraseUser(deps, request.userScope(), request.correlationId);
    return { status: 204, body: undefined };
  },
});

const privacyOperations = (deps: ManageUsersDependencies): OperationHandlers => ({
  getPrivacy: async (request) => ({ status: 200, body: await loadPrivacy(deps.heads, request.userScope()) }),
  putPrivacy: async (request) => {
    const wanted = parseJsonBody(PrivacySettings, request);
    return { status: 200, body: await replacePrivacy(deps, request.userScope(), wanted) };
  },
});
