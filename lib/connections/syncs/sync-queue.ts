import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import type { UserScope } from '../../samples/model.ts';

/** Tells the sync consumer that a connection's inbox has something. The body is a pointer: repeats are harmless. */
export interface SyncQueue {
  /** Delivered after `delaySec` at the earliest (0 to 900). */
  wake(
    scope: UserScope,
    connectionId: ConnectionId,
    options: { readonly correlationId: string; readonly delaySec: number },
  ): Promise<void>;
}
