import type { UserScope } from '../../samples/model.ts';
import type { Track } from './track.ts';

export interface TrackStore {
  /**
   * Keeps a track until its provider or its user is erased, sealed with the user's key, and answers the key that
   * finds it: the same track of the same user and provider has the same key, so that a repeat writes the same
   * object again. Throws AppError user.not_found for a user who was erased, server.unavailable.
   */
  put(scope: UserScope, provider: string, track: Track): Promise<string>;
  /** Undefined when there is none by this key, or its user was erased. Throws AppError server.unavailable. */
  get(scope: UserScope, objectKey: string): Promise<Track | undefined>;
  /** Removes every track of the provider; safe to repeat. Throws AppError server.unavailable. */
  removeAll(scope: UserScope, provider: string): Promise<void>;
}
