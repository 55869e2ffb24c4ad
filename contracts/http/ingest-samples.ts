import * as z from 'zod';
import { Origin } from '../events/samples-changed.v1.ts';
import { MAX_QUEUED_ITEM_COUNT, MAX_SOURCE_COUNT } from '../limits.ts';
import { SLEEP_STAGES } from '../metrics/sleep.ts';
import { RequestId } from '../primitives/ids.ts';
import { MetricCode } from '../primitives/metric-code.ts';
import { ClockText, InstantText } from '../primitives/time.ts';
import { REFUSAL_REASONS } from '../problems/catalog.ts';

export const DeviceType = z.enum(['watch', 'band', 'ring', 'phone', 'scale', 'other']);
export type DeviceType = z.infer<typeof DeviceType>;

/** 1 to 128 characters, of any kind. */
const Name = z.string().min(1).max(128);

/** Fields that are not known are left alone, here and in the rest of the batch: newer senders may add some. */
export const SourceInput = z
  .object({
    provider: Name.meta({ example: 'apple_health' }),
    device: z
      .object({
        manufacturer: Name.optional(),
        model: Name.optional(),
        type: DeviceType.optional(),
      })
      .optional(),
    app: Name.optional(),
  })
  .meta({ id: 'Source' });
export type SourceInput = z.infer<typeof SourceInput>;

const SourceKey = z.string().min(1).max(64).meta({ description: 'A key of `sources`' });
const RecordId = z.string().min(1).max(512);
const Revision = z
  .union([z.int(), InstantText])
  .meta({ description: 'An integer or an instant; a newer one replaces' });

/** 18 hours, as java.time: offsets in use lie in -12:00 to +14:00. */
const MAX_ZONE_OFFSET_MINUTES = 1_080;

const SampleBase = {
  source: SourceKey,
  metric: MetricCode,
  start: ClockText,
  end: ClockText.optional().meta({ description: 'Absent for an instant; not before `start`' }),
  zoneOffsetMinutes: z
    .int()
    .min(-MAX_ZONE_OFFSET_MINUTES)
    .max(MAX_ZONE_OFFSET_MINUTES)
    .optional()
    .meta({ description: "Minutes east of UTC on the wearer's clock; goes before the offset in `start`" }),
  recordId: RecordId.optional().meta({ description: "The provider's own id of the record" }),
  revision: Revision.optional(),
};

const MeasuredSample = z.object({
  ...SampleBase,
  value: z.number().meta({ description: 'Within the bounds of the metric, after conversion' }),
  unit: z.string().max(64).meta({ description: 'One of the accepted units of the metric', example: 'bpm' }),
});
const CategorySample = z.object({ ...SampleBase, category: z.enum(SLEEP_STAGES) });

/** One sample. At the door each is checked on its own, so that one bad sample refuses itself alone (ING7). */
export const SampleInput = z.union([MeasuredSample, CategorySample]).meta({
  id: 'Sample',
  description: 'A value with its unit, or the code of a category metric. Checked one by one.',
});
export type SampleInput = z.infer<typeof SampleInput>;

/**
 * What to remove: by `source` and `start` with `recordId` or `end` (an instant's `end` may be left out), or
 * by `recordId` within `from` to `to`, at most 31 days, of one source or of all (ING4).
 */
export const DeletionInput = z
  .object({
    source: SourceKey.optional(),
    metric: MetricCode,
    recordId: RecordId.optional(),
    start: ClockText.optional(),
    end: ClockText.optional(),
    from: InstantText.optional(),
    to: InstantText.optional(),
    revision: Revision.optional(),
  })
  .meta({
    id: 'Deletion',
    description:
      'By `source` and `start` with `recordId` or `end`, or by `recordId` within `from` to `to` (at most 31 days), then with or without `source`.',
  });
export type DeletionInput = z.infer<typeof DeletionInput>;

/**
 * A list whose entries are checked one by one behind the envelope. Its length is not checked here either:
 * too many items have a code of their own, `request.too_many_items`.
 */
const itemsAs = (component: string) =>
  z.array(z.unknown()).meta({
    override: {
      type: 'array',
      maxItems: MAX_QUEUED_ITEM_COUNT,
      items: { $ref: `#/components/schemas/${component}` },
    },
  });

/** The envelope of a batch-upsert: a fault of it refuses the request as a whole (ING7). */
export const IngestSamplesRequest = z
  .object({
    requestId: RequestId.meta({ description: 'Yours; a repeat with it gets the stored answer' }),
    payloadHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .meta({
        description:
          'SHA-256, hex, over the canonical JSON (RFC 8785) of `{sources, samples, deletions}` as sent',
      }),
    origin: Origin.optional().meta({ description: 'live when absent' }),
    sources: z
      .record(SourceKey, SourceInput)
      .refine((sources) => Object.keys(sources).length <= MAX_SOURCE_COUNT, {
        error: `must not have more than ${MAX_SOURCE_COUNT} sources`,
      })
      .meta({ override: { maxProperties: MAX_SOURCE_COUNT } }),
    samples: itemsAs('Sample'),
    deletions: itemsAs('Deletion').optional(),
  })
  .meta({ id: 'IngestSamplesRequest' });
export type IngestSamplesRequest = z.infer<typeof IngestSamplesRequest>;

/** The same with the payload in a file that was uploaded before (createUpload). */
export const IngestUploadRequest = z
  .strictObject({
    requestId: RequestId,
    upload: z
      .string()
      .regex(/^[0-9a-z_]{1,64}$/)
      .meta({ description: 'uploadId of createUpload' }),
  })
  .meta({ id: 'IngestUploadRequest' });
export type IngestUploadRequest = z.infer<typeof IngestUploadRequest>;

const count = z.int().nonnegative();
export const IngestCounts = z
  .object({
    accepted: count,
    updated: count,
    duplicate: count,
    superseded: count,
    deleted: count,
    notFound: count,
    refused: count,
  })
  .meta({ id: 'IngestCounts' });

export const Refusal = z
  .object({
    index: count.meta({ description: 'Position in samples; deletions count on after the last sample' }),
    reason: z.enum(REFUSAL_REASONS),
    message: z.string(),
  })
  .meta({ id: 'Refusal' });
export type Refusal = z.infer<typeof Refusal>;

/** 200 when nothing was refused, else 207. The same request id gets the same bytes again for 30 days. */
export const IngestSamplesAnswer = z
  .object({
    requestId: z.string(),
    seq: count.meta({ description: "The user's sequence number; send it as X-Min-Seq to read this write" }),
    counts: IngestCounts,
    refused: z.array(Refusal),
  })
  .meta({ id: 'IngestSamplesAnswer' });
export type IngestSamplesAnswer = z.infer<typeof IngestSamplesAnswer>;

/** 202: repeat the same request for the final answer. */
export const IngestQueuedAnswer = z
  .object({ requestId: z.string(), status: z.literal('queued'), retryAfterMs: z.int().positive() })
  .meta({ id: 'IngestQueuedAnswer' });
export type IngestQueuedAnswer = z.infer<typeof IngestQueuedAnswer>;
