import type { Operation } from '../../../contracts/http/routes.ts';
import type { Principal } from '../../../lib/access/model.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import type { UserScope } from '../../../lib/samples/model.ts';

/** A request as an operation sees it: authenticated, authorised, within limits, decompressed. */
export interface ApiRequest {
  readonly operation: Operation;
  readonly principal: Principal;
  /**
   * The user of `/v1/users/{userId}/...`, `me` resolved, in the principal's own workspace (ING13); under
   * `/v1/sync/` the token's own or the one that the header names. Whether the user exists is for the store to
   * say. Throws on any other route.
   */
  userScope(): UserScope;
  /** Decoded; never trusted for keys. */
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty when there was none; not decompressed where the stack says `as_sent`. */
  readonly body: Uint8Array;
  readonly requestId: string;
  readonly correlationId: string;
  readonly nowMs: EpochMs;
}

export interface ApiResponse {
  readonly status: number;
  /** Sent as JSON; a string is sent as it is (an answer stored byte for byte); undefined is no body. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type OperationHandler = (request: ApiRequest) => Promise<ApiResponse>;

/** Operations of one function by name: the router answers 404 for what is not here. */
export type OperationHandlers = Readonly<Partial<Record<Operation, OperationHandler>>>;
