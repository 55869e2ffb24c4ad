import * as z from 'zod';

export const HealthAnswer = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
export type HealthAnswer = z.infer<typeof HealthAnswer>;
