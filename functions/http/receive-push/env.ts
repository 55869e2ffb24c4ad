import * as z from 'zod';

export const Env = z.object({
  STAGE: z.string().min(1),
  PAYLOAD_BUCKET_NAME: z.string().min(1),
  PROVIDER_SECRET_ARN: z.string().min(1),
  INBOUND_PUSH_QUEUE_URL: z.string().min(1),
});
export type Env = z.infer<typeof Env>;
