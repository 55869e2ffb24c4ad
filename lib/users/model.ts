import type { UserId } from '../../contracts/primitives/ids.ts';
import type { EpochMs } from '../core/instants.ts';

/** What a person may be called by; sealed under the user's data key, so that erasure shreds it too. */
export interface UserProfile {
  readonly email: string | undefined;
  readonly displayName: string | undefined;
}

export interface User {
  readonly userId: UserId;
  /** The workspace's own name for the user, and the subject of the user's tokens. */
  readonly externalId: string;
  readonly profile: UserProfile;
  /** Lies on the head, where ingestion reads it. */
  readonly timeZone: string | undefined;
  readonly createdAtMs: EpochMs;
  /** Of the profile: 1 at first, one more with each change. */
  readonly version: number;
}

export const EMPTY_PROFILE: UserProfile = { email: undefined, displayName: undefined };
/** In characters; four bytes each still fit a partition key of 2,048 bytes (DynamoDB's limit). */
export const MAX_EXTERNAL_ID_CHARS = 256;
