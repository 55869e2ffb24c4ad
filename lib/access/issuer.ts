import { createHash } from 'node:crypto';
import type { IssuerId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';
import type { PageRequest } from './api-key-store.ts';

/** Public-key signatures alone: `none` and shared secrets are not among them. */
export const TOKEN_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** An (issuer, audience) pair whose tokens speak for the users of one workspace (ACC8). */
export interface Issuer {
  readonly issuerId: IssuerId;
  readonly workspaceId: WorkspaceId;
  /** Compared with `iss` character by character. */
  readonly issuer: string;
  /** Compared with `aud`, or with `client_id` of a Cognito access token, which has no `aud`. */
  readonly audience: string;
  readonly jwksUri: string;
  /** What a token's header may name. */
  readonly algorithms: readonly TokenAlgorithm[];
  readonly createdAtMs: EpochMs;
}

export interface IssuerStore {
  /** One read by key; absent: nobody registered the pair. */
  findByPair(pairHash: string): Promise<Issuer | undefined>;
  load(workspaceId: WorkspaceId, issuerId: IssuerId): Promise<Issuer | undefined>;
  list(workspaceId: WorkspaceId, page: PageRequest): Promise<readonly Issuer[]>;
  /**
   * `taken`: the pair is registered, by this workspace or another. `limit_reached`: the workspace has
   * MAX_ISSUER_COUNT of them.
   */
  create(issuer: Issuer): Promise<'created' | 'taken' | 'limit_reached'>;
  /** Removes issuer and pair in one transaction; `gone` when it was removed already. */
  remove(issuer: Issuer): Promise<'removed' | 'gone'>;
}

/** Apps of one workspace have a handful; a list of a hundred stays one answer. */
export const MAX_ISSUER_COUNT = 100;

/** Hex of SHA-256 over the JSON of [issuer, audience]: no two pairs run together. */
export const pairHashOf = (issuer: string, audience: string): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, audience]))
    .digest('hex');
