import { SECOND_MS } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { Connection } from '../model.ts';
import { type DisconnectDependencies, disconnect, endGrant } from './disconnect.ts';

/** For all of a user's connections together, which are ended at the same time. */
const LIMIT_MS = 10 * SECOND_MS;

/**
 * Ends every grant of a user at the providers before the user is erased (CON11), as far as they answer within
 * 10 s. Never throws: an erasure waits for no provider and no setting. Called before the head is marked, so
 * that a crash in between leaves connections that are disconnected and not grants that nobody can end; and once
 * more after it, for a consent that came back meanwhile. Repeats do nothing.
 */
export async function endGrants(
  deps: DisconnectDependencies,
  scope: UserScope,
  correlationId: string,
): Promise<void> {
  const connections = await deps.connections.list(scope).catch(none);
  if (connections.length === 0) return;
  const work = Promise.all(connections.map((one) => endOne(deps, scope, one, correlationId)));
  await Promise.race([work, deps.clock.sleep(LIMIT_MS)]);
}

const none = (): readonly Connection[] => [];

/** What could not be ended is out of reach once the key is shredded: the provider's own expiry ends it. */
const ignore = (): void => undefined;

async function endOne(
  deps: DisconnectDependencies,
  scope: UserScope,
  connection: Connection,
  correlationId: string,
): Promise<void> {
  try {
    await disconnect(deps, scope, connection.connectionId, { correlationId, forgetsData: false });
  } catch {
    // Its status could not be written; its grant may still be ended.
    await endGrant(deps, scope, connection).catch(ignore);
  }
}
