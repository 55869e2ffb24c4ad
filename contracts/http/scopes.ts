/** What a key or a token may do; each route names the one it needs (architecture.md 5). */
export const SCOPES = [
  'samples:write',
  'samples:read',
  'users:read',
  'users:write',
  'connections:read',
  'connections:write',
  'sync:read',
  'sync:write',
  'keys:admin',
  'issuers:admin',
  'workspace:admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What an end user's token may do, on that user alone. */
export const USER_TOKEN_SCOPES = [
  'samples:write',
  'samples:read',
  'users:read',
  'users:write',
  'connections:read',
  'connections:write',
  'sync:read',
  'sync:write',
] as const satisfies readonly Scope[];
