import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import type { Clock } from '../core/clock.ts';
import { newSortableId } from '../core/ids.ts';
import type { Randomness } from '../core/randomness.ts';
import { AppError } from '../problems/app-error.ts';
import { EMPTY_PROFILE, MAX_EXTERNAL_ID_CHARS, type User, type UserProfile } from './model.ts';
import type { UserStore } from './user-store.ts';

export interface CreateUserDependencies {
  readonly users: UserStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface NewUser {
  readonly externalId: string;
  readonly profile: UserProfile;
  readonly timeZone: string | undefined;
}

/** A user found by external id may be erased before it is read; each round starts from what is true then. */
const MAX_ROUND_COUNT = 5;

/**
 * The user by this external id, made when there is none (USR1). What is found stays as it is, whatever else
 * the request says. Of callers at once one creates and all get the same id. `server.unavailable` when the
 * user keeps appearing and vanishing.
 */
export async function findOrCreateUser(
  deps: CreateUserDependencies,
  workspaceId: WorkspaceId,
  wanted: NewUser,
): Promise<{ readonly user: User; readonly created: boolean }> {
  for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
    const userId = await deps.users.findByExternalId(workspaceId, wanted.externalId);
    if (userId !== undefined) {
      const found = await deps.users.load({ workspaceId, userId });
      if (found !== undefined) return { user: found, created: false };
      continue;
    }
    const user = toUser(deps, wanted);
    if ((await deps.users.create(workspaceId, user)) === 'created') return { user, created: true };
  }
  throw new AppError('server.unavailable', 'The user is being made and removed at once; try again.');
}

function toUser({ clock, randomness }: CreateUserDependencies, wanted: NewUser): User {
  const nowMs = clock.now();
  return {
    ...wanted,
    userId: `usr_${newSortableId(nowMs, randomness)}` as UserId,
    createdAtMs: nowMs,
    version: 1,
  };
}

/** 1 to 256 characters without control characters and lone surrogates: what POST /v1/users takes as an external id. */
export const isExternalId = (text: string): boolean =>
  text.length > 0 && text.length <= MAX_EXTERNAL_ID_CHARS && /^[^\p{Cc}\p{Cs}]*$/u.test(text);

/**
 * For tokens: the user whose external id is the subject, made at first use without a profile; one read when
 * it is there. Undefined when the subject cannot be an external id.
 */
export async function resolveSubject(
  deps: CreateUserDependencies,
  workspaceId: WorkspaceId,
  subject: string,
): Promise<UserId | undefined> {
  if (!isExternalId(subject)) return undefined;
  const known = await deps.users.findByExternalId(workspaceId, subject);
  if (known !== undefined) return known;
  const wanted = { externalId: subject, profile: EMPTY_PROFILE, timeZone: undefined };
  return (await findOrCreateUser(deps, workspaceId, wanted)).user.userId;
}
