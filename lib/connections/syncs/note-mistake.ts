import { describeFault } from '../../observability/log.ts';
import { AppError } from '../../problems/app-error.ts';
import { isLasting, isMistake } from './judge-fault.ts';
import type { SyncSession } from './sync-session.ts';

/** A mistake of our own code in reading a provider is for a person to see; what the provider does wrong is not. */
export function noteMistake(
  { deps, correlationId, connection }: SyncSession,
  dataType: string,
  error: unknown,
): void {
  if (!isMistake(error) && !(error instanceof AppError && isLasting(error))) return;
  const { provider } = connection;
  deps.log.write('SYNC_TYPE_FAILED', { correlationId, provider, dataType, ...describeFault(error) });
}
