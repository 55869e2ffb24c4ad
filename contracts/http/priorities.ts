import * as z from 'zod';
import { MAX_PRIORITIES_BYTES } from '../limits.ts';
import { METRICS } from '../metrics/catalog.ts';
import { lineOf } from '../primitives/text.ts';
import { LocalDateText } from '../primitives/time.ts';
import { DeviceType } from './ingest-samples.ts';

const PriorityKey = z
  .string()
  .max(64)
  .refine((key) => key === '*' || METRICS.has(key), { error: 'must be a metric or *' })
  .refine((key) => key !== 'sleep_stage', { error: 'decides nothing: nights go by sleep_session' });

const DEVICE_ENTRIES: ReadonlySet<string> = new Set(DeviceType.options.map((type) => `device:${type}`));

/** A provider, the id of a source, or a type of device. */
const PriorityEntry = lineOf(64).refine(
  (entry) => !entry.toLowerCase().startsWith('device:') || DEVICE_ENTRIES.has(entry),
  { error: `must be one of ${[...DEVICE_ENTRIES].join(', ')} where it begins with device:` },
);

/**
 * Who goes first, per metric or for all (`*`): the key of nights is `sleep_session`, that of workouts
 * `workout`. What an order does not name comes after what it names, in the default order (read-models.md 2).
 */
export const PriorityOrders = z
  .record(PriorityKey, z.array(PriorityEntry).max(50))
  .refine((orders) => Buffer.byteLength(JSON.stringify(orders)) <= MAX_PRIORITIES_BYTES, {
    error: `must be at most ${MAX_PRIORITIES_BYTES} bytes in all`,
  })
  .meta({
    id: 'PriorityOrders',
    description: `Providers, source ids or types of device (\`device:watch\`) in order, the first wins, per metric or for all (\`*\`); \`sleep_session\` is the key of nights, \`workout\` that of workouts; at most ${MAX_PRIORITIES_BYTES} bytes in all`,
    example: { '*': ['device:watch', 'garmin'], steps: ['apple_health'] },
    override: { propertyNames: { type: 'string' } },
  });
export type PriorityOrders = z.infer<typeof PriorityOrders>;

/** Replaces all orders of the user; an empty object goes back to the workspace's. */
export const PutPrioritiesRequest = z
  .strictObject({ orders: PriorityOrders })
  .meta({ id: 'PutPrioritiesRequest' });
export type PutPrioritiesRequest = z.infer<typeof PutPrioritiesRequest>;

/** How far the rows are that a change of the orders touched. */
const Recompute = z
  .object({
    seq: z.int().nonnegative().meta({ description: 'The last change of the orders; 0 when there was none' }),
    status: z.enum(['running', 'done', 'failed']).meta({
      description: 'running: rows are STALE until they are computed; failed: see POST /v1/admin/rebuilds',
    }),
    computedCount: z.int().nonnegative().meta({ description: 'Rows that were computed since' }),
    doneCount: z.int().nonnegative().meta({ description: 'Parts that are done: metrics, nights, impacts' }),
    totalCount: z.int().nonnegative().meta({ description: 'Parts that the change touched' }),
    at: z
      .object({
        model: z.string(),
        metric: z.string().optional(),
        throughDate: LocalDateText.optional(),
      })
      .nullable()
      .meta({ description: 'What is in hand' }),
  })
  .meta({ id: 'Recompute' });
export type Recompute = z.infer<typeof Recompute>;

export const PrioritiesAnswer = z
  .object({
    orders: PriorityOrders,
    defaultOrder: z.object({ providers: z.array(z.string()), devices: z.array(z.string()) }).meta({
      description:
        'Who goes first where no order says otherwise, and among what an order does not name: providers, others behind them by name, and within a provider types of device',
    }),
    seq: z.int().nonnegative().meta({ description: "The user's sequence number after the change" }),
    recompute: Recompute,
  })
  .meta({ id: 'Priorities' });
export type PrioritiesAnswer = z.infer<typeof PrioritiesAnswer>;
