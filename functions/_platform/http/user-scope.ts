import { UserId } from '../../../contracts/primitives/ids.ts';
import { USER_HEADER } from '../../../contracts/sync/protocol.ts';
import type { Principal } from '../../../lib/access/model.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { UserScope } from '../../../lib/samples/model.ts';

/**
 * The user that `{userId}` stands for, always in the principal's own workspace (ING13, ACC10). `me` is the
 * user of a user token. A key that says `me`, a token that names another user and an id that is none of
 * ours answer alike: `user.not_found`, which tells nothing about who exists.
 */
export function resolveUserScope(principal: Principal, userIdInPath: string | undefined): UserScope {
  if (userIdInPath === undefined) throw new Error('the route has no {userId}');
  const { workspaceId } = principal;
  if (principal.kind === 'user') {
    const isOwn = userIdInPath === 'me' || userIdInPath === principal.userId;
    if (!isOwn) throw notFound();
    return { workspaceId, userId: principal.userId };
  }
  const userId = UserId.safeParse(userIdInPath);
  if (!userId.success) throw notFound();
  return { workspaceId, userId: userId.data };
}

/** Routes of devices: they name no user, since a device syncs its own. */
export const isDeviceSync = (path: string): boolean => path.startsWith('/v1/sync/');

/**
 * The user whose devices sync: a token's own, whom the header `X-Headwater-User` may name too; with a key the
 * one in the header, which it needs (`sync.user_required`). Anybody else is `user.not_found`, as above.
 */
export function resolveSyncScope(principal: Principal, headers: Readonly<Record<string, string>>): UserScope {
  const named = headers[USER_HEADER] ?? '';
  if (principal.kind === 'user') return resolveUserScope(principal, named === '' ? 'me' : named);
  if (named === '')
    throw new AppError('sync.user_required', 'Send X-Headwater-User with the id of the user.');
  return resolveUserScope(principal, named);
}

const notFound = (): AppError =>
  new AppError('user.not_found', 'The credentials reach no user by this id; `me` needs a user token.');
