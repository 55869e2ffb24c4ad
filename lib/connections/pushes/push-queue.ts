import type { PushReceived } from '../../../contracts/commands/push-received.ts';

/** Where verified notifications wait to be applied. At least once: a repeat is applied again, harmlessly. */
export interface PushQueue {
  /** Throws AppError server.unavailable: the provider is then told to send again. */
  send(message: PushReceived): Promise<void>;
}

/** Bodies that do not fit a message, and bodies that nobody could read. Kept for some days, by their hash. */
export interface PushBodies {
  /** Answers the key. The same body is the same object. Throws AppError server.unavailable. */
  put(body: Uint8Array): Promise<string>;
  /** Undefined: its days are over. Throws AppError server.unavailable. */
  get(bodyKey: string): Promise<Uint8Array | undefined>;
}

/** A message takes 262,144 bytes (SQS quotas); base64 makes 240,000 of these, the rest is for the headers. */
export const MAX_QUEUED_BODY_BYTES = 180_000;
