import * as z from 'zod';
import { EventEnvelope } from './envelope.ts';

export const USER_ERASED_V1 = 'user.erased.v1';

/** The user's data key is gone; what it sealed is to be removed. */
export const UserErasedV1 = EventEnvelope.extend({ erasedAtMs: z.int() });
export type UserErasedV1 = z.infer<typeof UserErasedV1>;
