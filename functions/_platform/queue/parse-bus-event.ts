import * as z from 'zod';
import { EVENT_CATALOG, type EventType } from '../../../contracts/events/catalog.ts';

/** The part of EventBridge's envelope that consumers read. */
const BusEnvelope = z.object({ 'detail-type': z.string(), detail: z.unknown() });

export type BusEvent<Type extends EventType> = {
  readonly [Each in Type]: { readonly type: Each; readonly detail: z.output<(typeof EVENT_CATALOG)[Each]> };
}[Type];

/**
 * A `parse` for `createQueueHandler`: the event inside an SQS body that EventBridge wrote, when it is one of
 * `types`. Throws on anything else, so that a rule that routes too much shows up in the dead-letter queue.
 */
export function parseBusEvent<Type extends EventType>(types: readonly Type[]) {
  return (body: unknown): BusEvent<Type> => {
    const envelope = BusEnvelope.parse(body);
    const type = types.find((candidate) => candidate === envelope['detail-type']);
    if (type === undefined) throw new Error('event type not expected on this queue');
    return { type, detail: EVENT_CATALOG[type].parse(envelope.detail) } as BusEvent<Type>;
  };
}
