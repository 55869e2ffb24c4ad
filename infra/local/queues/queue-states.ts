import * as z from 'zod';
import type { QueueDeclaration } from '../assembly/declared.ts';
import { lastPart } from '../assembly/declared.ts';
import type { QueueState } from '../console/flow.ts';

const Inspected = z.array(
  z.object({
    name: z.string(),
    approximateMessageCount: z.number(),
    approximateInflightCount: z.number(),
    approximateDelayedCount: z.number(),
  }),
);

/** How full each queue is, its dead-letter queue beside it. */
export async function readQueueStates(
  endpoint: string,
  queues: readonly QueueDeclaration[],
): Promise<readonly QueueState[]> {
  const response = await fetch(`${endpoint}/_fauxqs/queues`);
  const counts = new Map(Inspected.parse(await response.json()).map((queue) => [queue.name, queue]));
  return queues
    .filter(({ RedrivePolicy }) => RedrivePolicy !== undefined)
    .map(({ name, RedrivePolicy }) => {
      const own = counts.get(name);
      const dead = counts.get(lastPart(RedrivePolicy?.deadLetterTargetArn ?? ''));
      return {
        name,
        visible: own?.approximateMessageCount ?? 0,
        inFlight: own?.approximateInflightCount ?? 0,
        delayed: own?.approximateDelayedCount ?? 0,
        dead: dead?.approximateMessageCount ?? 0,
      };
    });
}
