import * as z from 'zod';
import { MAX_PRIORITIES_BYTES } from '../limits.ts';
import { METRICS } from '../metrics/catalog.ts';
import { lineOf } from '../primitives/text.ts';

const PriorityKey = z
  .string()
  .max(64)
  .refine((key) => key === '*' || METRICS.has(key), { error: 'must be a metric or *' });

/**
 * Providers, first wins, per metric or for all (`*`). A provider that an order does not name comes after
 * those it names, in the default order (read-models.md 2).
 */
export const PriorityOrders = z
  .record(PriorityKey, z.array(lineOf(64)).max(50))
  .refine((orders) => Buffer.byteLength(JSON.stringify(orders)) <= MAX_PRIORITIES_BYTES, {
    error: `must be at most ${MAX_PRIORITIES_BYTES} bytes in all`,
  })
  .meta({
    id: 'PriorityOrders',
    description: `Providers in order, the first wins, per metric or for all (\`*\`); at most ${MAX_PRIORITIES_BYTES} bytes in all`,
    example: { '*': ['garmin', 'apple_health'], steps: ['apple_health'] },
    override: { propertyNames: { type: 'string' } },
  });
export type PriorityOrders = z.infer<typeof PriorityOrders>;

/** Replaces all orders of the user; an empty object goes back to the workspace's. */
export const PutPrioritiesRequest = z
  .strictObject({ orders: PriorityOrders })
  .meta({ id: 'PutPrioritiesRequest' });
export type PutPrioritiesRequest = z.infer<typeof PutPrioritiesRequest>;

export const PrioritiesAnswer = z
  .object({
    orders: PriorityOrders,
    seq: z.int().nonnegative().meta({ description: "The user's sequence number after the change" }),
  })
  .meta({ id: 'Priorities' });
export type PrioritiesAnswer = z.infer<typeof PrioritiesAnswer>;
