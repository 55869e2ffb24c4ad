import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { SyncWorkflow } from '../../connections/syncs/sync-workflow.ts';
import { AppError } from '../../problems/app-error.ts';

/**
 * SyncWorkflow on a Step Functions state machine (Standard): the execution is named after the sync, so that a
 * repeated start is the one that runs. A name stays taken for 90 days after its execution ended (its quotas).
 */
export const createSyncWorkflow = (sfn: Pick<SFNClient, 'send'>, stateMachineArn: string): SyncWorkflow => ({
  start: async (input, attempt) => {
    const name = attempt === 1 ? input.syncId : `${input.syncId}-${attempt}`;
    try {
      await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      return 'started';
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'ExecutionAlreadyExists') return 'ended';
      throw new AppError('server.unavailable', 'the state machine did not start', {
        cause,
        retryAfterSec: 5,
      });
    }
  },
});
