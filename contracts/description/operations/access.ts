import {
  CreateApiKeyAnswer,
  CreateApiKeyRequest,
  ListApiKeysAnswer,
  RotateApiKeyAnswer,
  RotateApiKeyRequest,
} from '../../http/api-keys.ts';
import { CreateIssuerRequest, Issuer, ListIssuersAnswer } from '../../http/issuers.ts';
import type { Operation } from '../../http/routes.ts';
import { UpdateWorkspaceRequest, Workspace } from '../../http/workspace.ts';
import { EXAMPLE_IDS, type OperationDoc } from '../operation-doc.ts';

const WORKSPACE = {
  id: EXAMPLE_IDS.workspace,
  name: 'Stride',
  priorities: { '*': ['garmin', 'apple_health'] },
  requestsPerMinute: 600,
  userRequestsPerMinute: 120,
  oauthRedirectUris: ['https://app.example.com/connected'],
  createdAt: '2026-11-01T08:00:00.000Z',
};
const API_KEY = {
  id: EXAMPLE_IDS.key,
  name: 'server',
  scopes: ['samples:write', 'samples:read', 'users:write'],
  mode: 'live',
  requestsPerMinute: 600,
  createdAt: '2026-11-21T13:00:00.000Z',
  expiresAt: '2027-11-21T00:00:00.000Z',
  revokedAt: null,
  lastUsedAt: null,
};
const KEY_TEXT = 'hw_live_0123456789ABCDEFGHIJKLMNOPQRSTUV';
const ISSUER = {
  id: EXAMPLE_IDS.issuer,
  issuer: 'https://id.example.com/',
  audience: 'stride-app',
  jwksUri: 'https://id.example.com/.well-known/jwks.json',
  algorithms: ['RS256'],
  createdAt: '2026-11-21T13:00:00.000Z',
};

export const ACCESS_OPERATIONS = {
  getWorkspace: {
    group: 'Access',
    summary: 'The workspace of the key',
    description: 'A workspace is a tenant: nothing of another can be named, whatever a path or body says.',
    answers: { 200: { description: 'The workspace', schema: Workspace, example: WORKSPACE } },
    problems: [],
  },
  updateWorkspace: {
    group: 'Access',
    summary: 'Change the workspace',
    description:
      'What is not named stays. `oauthRedirectUris` are where people may go after they connected a provider. New priorities make the rows of its users stale and start a rebuild of all of them, whose id the answer has; `wait` computes a few anew at once.',
    body: {
      schema: UpdateWorkspaceRequest,
      example: { name: 'Stride', requestsPerMinute: 1200, userRequestsPerMinute: 240 },
    },
    answers: { 200: { description: 'The workspace as it is now', schema: Workspace, example: WORKSPACE } },
    problems: [],
  },
  createApiKey: {
    group: 'Access',
    summary: 'Make an API key',
    description:
      'The answer shows the key once; only its SHA-256 is kept. A key cannot give scopes that it lacks. A repeat makes another key.',
    body: {
      schema: CreateApiKeyRequest,
      example: {
        name: 'server',
        scopes: ['samples:write', 'samples:read', 'users:write'],
        mode: 'live',
        expiresAt: '2027-11-21T00:00:00Z',
      },
    },
    answers: {
      201: {
        description: 'The key',
        schema: CreateApiKeyAnswer,
        example: { ...API_KEY, key: KEY_TEXT },
      },
    },
    problems: ['key.limit_reached'],
  },
  listApiKeys: {
    group: 'Access',
    summary: 'All API keys of the workspace',
    description: 'Revoked and expired ones included, never the keys themselves.',
    answers: { 200: { description: 'The keys', schema: ListApiKeysAnswer, example: { apiKeys: [API_KEY] } } },
    problems: [],
  },
  rotateApiKey: {
    group: 'Access',
    summary: 'Replace an API key, with an overlap',
    description:
      'Makes a new key with the name, scopes and mode of the old one, which ends after the overlap: a day unless `overlapSec` says otherwise, 30 days at most. The body may be left out.',
    body: { schema: RotateApiKeyRequest, example: { overlapSec: 3600 }, required: false },
    answers: {
      201: {
        description: 'The new key, and when the old one ends',
        schema: RotateApiKeyAnswer,
        example: {
          ...API_KEY,
          id: EXAMPLE_IDS.otherKey,
          key: KEY_TEXT,
          replaces: { id: EXAMPLE_IDS.key, endsAt: '2026-11-21T14:00:00.000Z' },
        },
      },
    },
    problems: ['key.not_found', 'key.revoked', 'key.limit_reached'],
  },
  revokeApiKey: {
    group: 'Access',
    summary: 'End an API key',
    description:
      'Warm containers may take it for up to 60 seconds more. A repeat answers 204 again. The last key with `keys:admin` is not revoked, since nobody could make another: rotate it instead, with `overlapSec` 0 when it has leaked.',
    answers: { 204: { description: 'Revoked' } },
    problems: ['key.not_found', 'key.last_admin'],
  },
  createIssuer: {
    group: 'Access',
    summary: 'Trust the tokens of an OpenID issuer',
    description:
      "An (issuer, audience) pair belongs to one workspace. The user of a token is the one whose externalId is the token's subject, created at first use.",
    body: {
      schema: CreateIssuerRequest,
      example: { issuer: 'https://id.example.com/', audience: 'stride-app' },
    },
    answers: { 201: { description: 'The issuer', schema: Issuer, example: ISSUER } },
    problems: ['issuer.taken', 'issuer.unusable', 'issuer.limit_reached'],
  },
  listIssuers: {
    group: 'Access',
    summary: 'All issuers of the workspace',
    description: 'In the order in which they were registered.',
    answers: {
      200: { description: 'The issuers', schema: ListIssuersAnswer, example: { issuers: [ISSUER] } },
    },
    problems: [],
  },
  deleteIssuer: {
    group: 'Access',
    summary: 'No longer trust an issuer',
    description: 'Warm containers may take its tokens for up to 60 seconds more.',
    answers: { 204: { description: 'Removed' } },
    problems: ['issuer.not_found'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
