import type { ApiKey as ApiKeyAnswer } from '../../contracts/http/api-keys.ts';
import type { Issuer as IssuerAnswer } from '../../contracts/http/issuers.ts';
import type { Workspace as WorkspaceAnswer } from '../../contracts/http/workspace.ts';
import { KEY_REQUESTS_PER_MINUTE, USER_REQUESTS_PER_MINUTE } from '../../contracts/limits.ts';
import { type EpochMs, toIso } from '../core/instants.ts';
import { type ApiKey, lastMomentOf, modeOf } from './api-key.ts';
import type { Issuer } from './issuer.ts';
import type { Workspace } from './workspace.ts';

const toIsoOrNull = (instantMs: EpochMs | undefined): string | null =>
  instantMs === undefined ? null : toIso(instantMs);

/** A key as answers show it, with the rate that holds for it. */
export const toApiKeyAnswer = (key: ApiKey, workspace: Workspace): ApiKeyAnswer => ({
  id: key.apiKeyId,
  name: key.name,
  scopes: [...key.scopes],
  mode: modeOf(key),
  requestsPerMinute: key.requestsPerMinute ?? workspace.requestsPerMinute ?? KEY_REQUESTS_PER_MINUTE,
  createdAt: toIso(key.createdAtMs),
  expiresAt: toIsoOrNull(lastMomentOf(key)),
  revokedAt: toIsoOrNull(key.revokedAtMs),
  lastUsedAt: toIsoOrNull(key.lastUsedAtMs),
});

export const toIssuerAnswer = (issuer: Issuer): IssuerAnswer => ({
  id: issuer.issuerId,
  issuer: issuer.issuer,
  audience: issuer.audience,
  jwksUri: issuer.jwksUri,
  algorithms: [...issuer.algorithms],
  createdAt: toIso(issuer.createdAtMs),
});

export const toWorkspaceAnswer = (workspace: Workspace): WorkspaceAnswer => ({
  id: workspace.workspaceId,
  name: workspace.name,
  priorities: Object.fromEntries(
    Object.entries(workspace.priorities.orders).map(([metric, order]) => [metric, [...order]]),
  ),
  requestsPerMinute: workspace.requestsPerMinute ?? KEY_REQUESTS_PER_MINUTE,
  userRequestsPerMinute: workspace.userRequestsPerMinute ?? USER_REQUESTS_PER_MINUTE,
  oauthRedirectUris: [...workspace.oauthRedirectUris],
  createdAt: toIso(workspace.createdAtMs),
});
