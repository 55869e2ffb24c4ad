import { describeFault } from '../../../lib/observability/log.ts';
import type { QueuedMessage, QueueStack } from './create-queue-handler.ts';

/**
 * Takes the messages of a batch one after the other, and answers the ids of those that threw: each is logged with its
 * correlation id and comes back alone.
 */
export const oneByOne =
  <Message>(
    { log }: Pick<QueueStack<Message>['settings'], 'log'>,
    correlationIdOf: (message: Message) => string,
    take: (message: Message, receiveCount: number) => Promise<unknown>,
  ): QueueStack<Message>['handle'] =>
  async (queued: readonly QueuedMessage<Message>[]) => {
    const failed: string[] = [];
    for (const { messageId, receiveCount, message } of queued) {
      try {
        await take(message, receiveCount);
      } catch (error) {
        const correlationId = correlationIdOf(message);
        log.write('QUEUE_MESSAGE_FAILED', {
          messageId,
          receiveCount,
          correlationId,
          ...describeFault(error),
        });
        failed.push(messageId);
      }
    }
    return failed;
  };
