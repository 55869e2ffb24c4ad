import type { Clock } from '../core/clock.ts';
import { AppError } from '../problems/app-error.ts';
import type { HeadStore } from '../samples/head-store.ts';
import type { UserScope } from '../samples/model.ts';
import type { DataKeys } from '../vault/data-keys.ts';
import type { UserStore } from './user-store.ts';

export interface UserGrants {
  /**
   * Ends what the user granted at providers, as far as they answer within 10 s. Never throws, and does nothing
   * for a user without connections; a repeat does nothing.
   */
  endAll(scope: UserScope, correlationId: string): Promise<void>;
}

export interface EraseUserDependencies {
  readonly users: UserStore;
  readonly heads: HeadStore;
  readonly dataKeys: Pick<DataKeys, 'shred'>;
  readonly grants: UserGrants;
  readonly clock: Clock;
}

/** Every ingest of the user moves the head's seq; a busy phone sends a few requests a second. */
const MAX_ROUND_COUNT = 12;

/**
 * Erases a user (USR5):
 *
 *   grants ended ─> head marked, change entry, user and names gone (one transaction) ─> grants ended ─>
 *   data key shredded ─> event ─> leftovers
 *
 * Tokens can be read while the key is there alone, so the grants come first: a crash behind them leaves a user
 * with ended connections, and not grants that nobody can end any more. The second time is for a consent that
 * came back in between (CON11).
 * After the transaction nothing of the user commits or is found; after the shredding nothing is readable,
 * wherever copies lie. A crash between the two is mended by a repeat and by the consumer of the event, which
 * both shred again. A repeat for an erased user is a success; `user.not_found` for one who never was.
 */
export async function eraseUser(
  deps: EraseUserDependencies,
  scope: UserScope,
  correlationId: string,
): Promise<void> {
  await deps.grants.endAll(scope, correlationId);
  await markErased(deps, scope, correlationId);
  await deps.grants.endAll(scope, correlationId);
  await deps.dataKeys.shred(scope);
}

async function markErased(
  { users, heads, clock }: EraseUserDependencies,
  scope: UserScope,
  correlationId: string,
): Promise<void> {
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const head = await heads.load(scope);
    if (head === undefined) throw new AppError('user.not_found', 'There is no user by this id.');
    if (head.erasedAtMs !== undefined) return;
    const user = await users.load(scope);
    if (user === undefined) continue;
    const nowMs = clock.now();
    const change = {
      kind: 'erasure' as const,
      seq: head.seq + 1,
      committedAtMs: nowMs,
      correlationId,
      erasedAtMs: nowMs,
    };
    const erasure = { readSeq: head.seq, externalId: user.externalId, change };
    if ((await users.erase(scope, erasure)) === 'erased') return;
  }
  throw new AppError('user.conflict', 'Others keep writing to this user; try again.');
}
