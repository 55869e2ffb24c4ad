import type { Scope } from './scopes.ts';

/** The functions behind the HTTP API; the names are folders under functions/http. */
export type HttpFunction =
  | 'describe-api'
  | 'manage-access'
  | 'manage-rebuilds'
  | 'manage-users'
  | 'ingest-samples'
  | 'read-health'
  | 'read-impact'
  | 'manage-workouts'
  | 'manage-connections'
  | 'receive-push'
  | 'sync-devices'
  | 'manage-entities';

export interface Route {
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly function: HttpFunction;
  /** `public` needs no principal. */
  readonly scope: Scope | 'public';
}
