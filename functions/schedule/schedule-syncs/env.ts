import * as z from 'zod';

export const Env = z.object({
  STAGE: z.string().min(1),
  CORE_TABLE_NAME: z.string().min(1),
  PROVIDER_SYNC_QUEUE_URL: z.string().min(1),
});
export type Env = z.infer<typeof Env>;
