import { PushReceived } from '../../../contracts/commands/push-received.ts';
import { type AppliedPush, type ApplyDependencies, applyPush } from '../../../lib/connections/apply-push.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import {
  createQueueHandler,
  type QueueHandler,
  type QueueStack,
} from '../../_platform/queue/create-queue-handler.ts';

export interface ApplyPushWiring extends Pick<QueueStack<never>, 'settings'> {
  readonly apply: ApplyDependencies;
}

/** Notifications one after the other, each of which fails and comes back alone. */
export const createApplyPushHandler = ({ apply, settings }: ApplyPushWiring): QueueHandler =>
  createQueueHandler<PushReceived>({
    settings,
    parse: (body) => PushReceived.parse(body),
    handle: async (queued) => {
      const failed: string[] = [];
      for (const { messageId, receiveCount, message } of queued) {
        try {
          note(settings, message, await applyPush(apply, message));
        } catch (error) {
          const { correlationId } = message;
          const fault = describeFault(error);
          settings.log.write('QUEUE_MESSAGE_FAILED', { messageId, receiveCount, correlationId, ...fault });
          failed.push(messageId);
        }
      }
      return failed;
    },
  });

function note(
  { log, meter }: ApplyPushWiring['settings'],
  { correlationId, provider }: PushReceived,
  applied: AppliedPush,
): void {
  meter.add('PushItemsUnknownUser', applied.unknownUserCount);
  meter.add('PushItemsIgnored', applied.ignoredCount);
  meter.add('PushItemsUnreadable', applied.unreadableCount);
  log.write('PUSH_APPLIED', { correlationId, provider, ...applied });
}
