import { USER_ERASED_V1 } from '../../../contracts/events/user-erased.v1.ts';
import { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import { type RemoveLeftoversDependencies, removeLeftovers } from '../../../lib/users/remove-leftovers.ts';
import {
  createQueueHandler,
  type QueueHandler,
  type QueueStack,
} from '../../_platform/queue/create-queue-handler.ts';
import { parseBusEvent } from '../../_platform/queue/parse-bus-event.ts';

export interface EraseUserWiring extends Pick<QueueStack<never>, 'settings'> {
  readonly deps: RemoveLeftoversDependencies;
}

const parseErased = parseBusEvent([USER_ERASED_V1]);

/** Reads whose erasure an SQS body tells of; the ids are parsed, since keys are made of them. */
function parseMessage(body: unknown) {
  const { workspaceId, userId, correlationId } = parseErased(body).detail;
  return {
    scope: { workspaceId: WorkspaceId.parse(workspaceId), userId: UserId.parse(userId) },
    correlationId,
  };
}

/** Removes what erased users left behind, one user after the other; each fails alone (USR6). */
export const createEraseUserHandler = ({ deps, settings }: EraseUserWiring): QueueHandler =>
  createQueueHandler({
    parse: parseMessage,
    settings,
    handle: async (messages) => {
      const failed: string[] = [];
      for (const { messageId, receiveCount, message } of messages) {
        try {
          await removeLeftovers(deps, message.scope);
        } catch (error) {
          const { correlationId } = message;
          settings.log.write('QUEUE_MESSAGE_FAILED', {
            messageId,
            receiveCount,
            correlationId,
            ...describeFault(error),
          });
          failed.push(messageId);
        }
      }
      return failed;
    },
  });
