import * as z from 'zod';
import { AppError } from '../../problems/app-error.ts';
import type { RequestOrder } from './sync-state.ts';

const QueuedPayload = z.object({
  order: z.object({ seq: z.int().nonnegative(), ms: z.int() }),
  request: z.unknown(),
});

/** The body as it came, behind when it was taken: numbers keep the digits that they were sent with. */
export const toQueuedPayload = (order: RequestOrder, body: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`{"order":${JSON.stringify(order)},"request":`), body, Buffer.from('}')]);

/** Throws AppError server.internal for what `toQueuedPayload` did not make. */
export function readQueuedPayload(payload: Uint8Array): {
  readonly order: RequestOrder;
  readonly request: unknown;
} {
  try {
    return QueuedPayload.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
  } catch (cause) {
    throw new AppError('server.internal', 'a queued payload is not as it was written', { cause });
  }
}
