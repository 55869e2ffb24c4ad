import * as z from 'zod';

export const Env = z.object({
  STAGE: z.string().min(1),
  CORE_TABLE_NAME: z.string().min(1),
  SAMPLES_TABLE_NAME: z.string().min(1),
});
export type Env = z.infer<typeof Env>;
