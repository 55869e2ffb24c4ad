import * as z from 'zod';

export const Env = z.object({
  HEADWATER_API_URL: z.url().optional(),
  HEADWATER_API_KEY: z.string().min(1).optional(),
});
export type Env = z.infer<typeof Env>;
