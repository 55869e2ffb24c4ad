import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import type { SyncWindows } from '../../providers/definition.ts';
import type { Connection } from '../model.ts';

/** Nothing is looked at again sooner than this. */
const LEAST_WAIT_MS = MINUTE_MS;

/**
 * When a connection is silent since (CON35): pushes that the provider sends on a schedule have not come for
 * `silentAfterMs`, counted from the last one or from the consent. Undefined: it is not, or none are expected.
 */
export function silentSince(
  connection: Pick<Connection, 'lastPushAtMs' | 'connectedAtMs' | 'silentSinceMs'>,
  { silentAfterMs }: SyncWindows,
  nowMs: EpochMs,
): EpochMs | undefined {
  if (silentAfterMs === undefined) return undefined;
  const heardMs = Math.max(connection.lastPushAtMs ?? 0, connection.connectedAtMs);
  if (nowMs - heardMs < silentAfterMs) return undefined;
  return connection.silentSinceMs ?? ((heardMs + silentAfterMs) as EpochMs);
}

/**
 * When the schedule looks at a connection next: polls are rare while pushes come, and frequent while they do
 * not; the moment at which it would count as silent is looked at too. Undefined: never, it is not connected.
 */
export function nextDueMs(
  connection: Pick<Connection, 'status' | 'lastPushAtMs' | 'connectedAtMs' | 'silentSinceMs'>,
  windows: SyncWindows,
  nowMs: EpochMs,
): EpochMs | undefined {
  if (connection.status !== 'connected') return undefined;
  const { pollEveryMs, silentAfterMs } = windows;
  const isPushed = silentAfterMs === undefined || connection.silentSinceMs === undefined;
  const pollMs = nowMs + (isPushed ? pollEveryMs.withPush : pollEveryMs.withoutPush);
  const heardMs = Math.max(connection.lastPushAtMs ?? 0, connection.connectedAtMs);
  const silentMs = silentAfterMs === undefined || !isPushed ? pollMs : heardMs + silentAfterMs;
  return Math.max(Math.min(pollMs, silentMs), nowMs + LEAST_WAIT_MS) as EpochMs;
}
