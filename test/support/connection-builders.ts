import type { ConnectionId } from '../../contracts/primitives/ids.ts';
import type { Connection } from '../../lib/connections/model.ts';
import type { EpochMs } from '../../lib/core/instants.ts';

/** 2026-11-21T12:00:00Z, where the contract suites begin. */
const START_MS = 1_795_262_400_000 as EpochMs;

let connectionCount = 0;

/** A connection id that no other of this process has. */
export function newConnectionId(): ConnectionId {
  connectionCount += 1;
  return `con_${String(connectionCount).padStart(26, '0')}` as ConnectionId;
}

let accountCount = 0;

/** A new connection of an account that no other has, at a provider that has been connected just now. */
export function connectionOf(parts: Partial<Connection> = {}): Connection {
  accountCount += 1;
  return {
    connectionId: newConnectionId(),
    provider: 'garmin',
    status: 'connected',
    reason: undefined,
    connectedAtMs: START_MS,
    createdAtMs: START_MS,
    version: 1,
    account: { providerUserId: `account-${accountCount}` },
    syncedTo: {},
    lastSync: undefined,
    lastPushAtMs: undefined,
    dueAtMs: undefined,
    silentSinceMs: undefined,
    ...parts,
  };
}
