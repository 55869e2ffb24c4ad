import { UserId } from '../../../contracts/primitives/ids.ts';
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

const notFound = (): AppError =>
  new AppError('user.not_found', 'The credentials reach no user by this id; `me` needs a user token.');
