import * as z from 'zod';
import { EventEnvelope } from './envelope.ts';

export const PRIORITIES_CHANGED_V1 = 'priorities.changed.v1';

/** A user's source priorities moved: every stored day of these metrics is to be computed again. */
export const PrioritiesChangedV1 = EventEnvelope.extend({ metrics: z.array(z.string()) });
export type PrioritiesChangedV1 = z.infer<typeof PrioritiesChangedV1>;
