import type { SyncSchema } from '../../contracts/sync/entity.ts';
import type { Clock } from '../core/clock.ts';
import type { Randomness } from '../core/randomness.ts';
import type { ChangeLog, EntityStore } from './entity-store.ts';

/** What the server's half of sync works with. */
export interface SyncDeps {
  readonly store: EntityStore & ChangeLog;
  readonly schema: SyncSchema;
  readonly clock: Clock;
  readonly randomness: Randomness;
}
