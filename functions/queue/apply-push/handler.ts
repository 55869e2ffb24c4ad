import { PushReceived } from '../../../contracts/commands/push-received.ts';
import {
  type AppliedPush,
  type ApplyDependencies,
  applyPush,
} from '../../../lib/connections/pushes/apply-push.ts';
import { SECOND_MS } from '../../../lib/core/instants.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import {
  createQueueHandler,
  type QueueHandler,
  type QueueStack,
} from '../../_platform/queue/create-queue-handler.ts';

export interface ApplyPushWiring extends Pick<QueueStack<never>, 'settings'> {
  readonly apply: ApplyDependencies;
}

/** The function may run 60 s (its timeout): what one large notification leaves no time for comes again as it was. */
const BUDGET_MS = 35 * SECOND_MS;

/** Notifications one after the other, each of which fails and comes back alone. */
export const createApplyPushHandler = ({ apply, settings }: ApplyPushWiring): QueueHandler =>
  createQueueHandler<PushReceived>({
    settings,
    parse: (body) => PushReceived.parse(body),
    handle: async (queued) => {
      const failed: string[] = [];
      const deadlineMs = settings.clock.now() + BUDGET_MS;
      for (const { messageId, receiveCount, message } of queued) {
        if (settings.clock.now() >= deadlineMs) {
          failed.push(messageId);
          continue;
        }
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
