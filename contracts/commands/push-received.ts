import * as z from 'zod';

/**
 * Body of the `inbound-pushes` queue: a verified notification as it came. `body` is base64; a body above
 * 180,000 bytes lies in the bucket at `bodyKey` instead.
 */
export const PushReceived = z.object({
  provider: z.string(),
  receivedAtMs: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string().optional(),
  bodyKey: z.string().optional(),
  correlationId: z.string(),
});
export type PushReceived = z.infer<typeof PushReceived>;
