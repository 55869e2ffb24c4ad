import type { ProviderSyncInput } from '../../../contracts/commands/provider-sync-step.ts';

/** The state machine that runs what does not fit a queue consumer. */
export interface SyncWorkflow {
  /**
   * Starts an execution named after the sync and `attempt` (1 first). `started` also when it runs already;
   * `ended`: the execution of this name is over, a further attempt needs the next number.
   * Throws server.unavailable.
   */
  start(input: ProviderSyncInput, attempt: number): Promise<'started' | 'ended'>;
}
