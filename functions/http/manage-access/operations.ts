import { CreateApiKeyRequest, RotateApiKeyRequest } from '../../../contracts/http/api-keys.ts';
import { CreateIssuerRequest } from '../../../contracts/http/issuers.ts';
import { UpdateWorkspaceRequest } from '../../../contracts/http/workspace.ts';
import {
  listIssuers,
  type ManageIssuersDependencies,
  registerIssuer,
  removeIssuer,
} from '../../../lib/access/manage-issuers.ts';
import {
  issueKey,
  listKeys,
  type ManageKeysDependencies,
  rotateKey,
} from '../../../lib/access/manage-keys.ts';
import { loadWorkspace, updateWorkspace } from '../../../lib/access/manage-workspace.ts';
import { revokeKey } from '../../../lib/access/revoke-key.ts';
import { toApiKeyAnswer, toIssuerAnswer, toWorkspaceAnswer } from '../../../lib/access/to-answer.ts';
import type { WorkspaceStore } from '../../../lib/access/workspace.ts';
import { toIso } from '../../../lib/core/instants.ts';
import { rebuildAfterWorkspaceChange } from '../../../lib/rebuilds/rebuild-workspace.ts';
import type { StartRebuildDeps } from '../../../lib/rebuilds/start-rebuild.ts';
import type { ApiRequest, OperationHandlers } from '../../_platform/http/operation.ts';
import { parseJsonBody } from '../../_platform/http/parse-json-body.ts';

export interface ManageAccessDependencies
  extends ManageKeysDependencies,
    ManageIssuersDependencies,
    StartRebuildDeps {
  readonly workspaces: WorkspaceStore;
}

export const createOperations = (deps: ManageAccessDependencies): OperationHandlers => ({
  ...workspaceOperations(deps),
  ...keyOperations(deps),
  ...issuerOperations(deps),
});

const workspaceOperations = (deps: ManageAccessDependencies): OperationHandlers => ({
  getWorkspace: async ({ principal }) => ({
    status: 200,
    body: toWorkspaceAnswer(await loadWorkspace(deps.workspaces, principal.workspaceId)),
  }),
  updateWorkspace: async (request) => {
    const changes = parseJsonBody(UpdateWorkspaceRequest, request);
    const { workspaceId } = request.principal;
    const workspace = await updateWorkspace(deps.workspaces, workspaceId, changes);
    const answer = toWorkspaceAnswer(workspace);
    if (changes.priorities === undefined) return { status: 200, body: answer };
    const rebuild = await rebuildAfterWorkspaceChange(deps, workspaceId, workspace.priorities);
    return { status: 200, body: { ...answer, ...(rebuild === undefined ? {} : rebuild) } };
  },
});

const keyOperations = (deps: ManageAccessDependencies): OperationHandlers => ({
  createApiKey: async (request) => {
    const { expiresAt, requestsPerMinute, ...wanted } = parseJsonBody(CreateApiKeyRequest, request);
    const { key, secret } = await issueKey(deps, request.principal, {
      ...wanted,
      expiresAt,
      requestsPerMinute,
    });
    const workspace = await loadWorkspace(deps.workspaces, key.workspaceId);
    return { status: 201, body: { ...toApiKeyAnswer(key, workspace), key: secret } };
  },
  listApiKeys: async ({ principal: { workspaceId } }) => {
    const workspace = await loadWorkspace(deps.workspaces, workspaceId);
    const keys = await listKeys(deps, workspaceId);
    return { status: 200, body: { apiKeys: keys.map((key) => toApiKeyAnswer(key, workspace)) } };
  },
  rotateApiKey: async (request) => {
    const { overlapSec } = parseOptionalBody(request);
    const keyId = request.pathParameters['keyId'] ?? '';
    const { key, secret, endsAtMs } = await rotateKey(deps, request.principal, { keyId, overlapSec });
    const workspace = await loadWorkspace(deps.workspaces, key.workspaceId);
    const replaces = { id: keyId, endsAt: toIso(endsAtMs) };
    return { status: 201, body: { ...toApiKeyAnswer(key, workspace), key: secret, replaces } };
  },
  revokeApiKey: async ({ principal, pathParameters }) => {
    await revokeKey(deps, principal.workspaceId, pathParameters['keyId'] ?? '');
    return { status: 204, body: undefined };
  },
});

/** Without a body the overlap is the default. */
const parseOptionalBody = (request: ApiRequest): RotateApiKeyRequest =>
  request.body.length === 0 ? RotateApiKeyRequest.parse({}) : parseJsonBody(RotateApiKeyRequest, request);

const issuerOperations = (deps: ManageAccessDependencies): OperationHandlers => ({
  createIssuer: async (request) => {
    const { jwksUri, algorithms, ...wanted } = parseJsonBody(CreateIssuerRequest, request);
    const issuer = await registerIssuer(deps, request.principal.workspaceId, {
      ...wanted,
      jwksUri,
      algorithms,
    });
    return { status: 201, body: toIssuerAnswer(issuer) };
  },
  listIssuers: async ({ principal }) => {
    const issuers = await listIssuers(deps, principal.workspaceId);
    return { status: 200, body: { issuers: issuers.map(toIssuerAnswer) } };
  },
  deleteIssuer: async ({ principal, pathParameters }) => {
    await removeIssuer(deps, principal.workspaceId, pathParameters['issuerId'] ?? '');
    return { status: 204, body: undefined };
  },
});
