import type { Scope } from '../../contracts/http/scopes.ts';
import type { ApiKeyId, UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';

/** Who is calling, as the middleware found it. Every storage key is derived from this (ING13). */
export type Principal =
  | {
      readonly kind: 'key';
      readonly workspaceId: WorkspaceId;
      readonly apiKeyId: ApiKeyId;
      readonly scopes: readonly Scope[];
      readonly requestsPerMinute: number;
    }
  | {
      readonly kind: 'user';
      readonly workspaceId: WorkspaceId;
      readonly userId: UserId;
      readonly scopes: readonly Scope[];
      readonly requestsPerMinute: number;
    };
