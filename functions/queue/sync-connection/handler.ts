import { SyncWanted } from '../../../contracts/commands/sync-wanted.ts';
import { ConnectionId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { runQueued } from '../../../lib/connections/syncs/run-queued.ts';
import { INLINE_BUDGET_MS } from '../../../lib/connections/syncs/sync-limits.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import type { SyncConnectionWiring } from './wiring.ts';

/**
 * Connections whose inbox has something, one after the other within one budget: what is not reached comes again
 * as it was, and each fails alone.
 */
export const createSyncConnectionHandler = ({ syncs, settings }: SyncConnectionWiring): QueueHandler =>
  createQueueHandler<SyncWanted>({
    settings,
    parse: (body) => SyncWanted.parse(body),
    handle: async (queued) => {
      const failed: string[] = [];
      const deadlineMs = (settings.clock.now() + INLINE_BUDGET_MS) as EpochMs;
      for (const { messageId, receiveCount, message } of queued) {
        const { workspaceId, userId, connectionId, correlationId } = message;
        try {
          if (settings.clock.now() >= deadlineMs) failed.push(messageId);
          else {
            await runQueued(syncs, {
              scope: { workspaceId: WorkspaceId.parse(workspaceId), userId: UserId.parse(userId) },
              connectionId: ConnectionId.parse(connectionId),
              correlationId,
              deadlineMs,
            });
          }
        } catch (error) {
          const fault = describeFault(error);
          settings.log.write('QUEUE_MESSAGE_FAILED', { messageId, receiveCount, correlationId, ...fault });
          failed.push(messageId);
        }
      }
      return failed;
    },
  });
