import type { RebuildStep } from '../../contracts/commands/rebuild-step.ts';

export interface RebuildQueue {
  /** Brings the step to a consumer after `delaySec`, at least once. `server.unavailable` when it is not taken. */
  send(step: RebuildStep, delaySec?: number): Promise<void>;
}
