import { createHash } from 'node:crypto';
import { UserId, type WorkspaceId } from '../../contracts/primitives/ids.ts';
import { AppError } from '../problems/app-error.ts';

const CHECKSUM_CHARS = 16;

/**
 * Where a list of users goes on: opaque to callers, with a checksum over the workspace, so that a cursor of
 * another list, or a broken one, is told and not followed. It gives no access: the partition is always the
 * principal's.
 */
export const toCursor = (workspaceId: WorkspaceId, lastUserId: UserId): string =>
  Buffer.from(`${lastUserId}.${checksum(workspaceId, lastUserId)}`).toString('base64url');

/** The user id in a cursor of this workspace; `request.bad_cursor` otherwise. */
export function parseCursor(workspaceId: WorkspaceId, cursor: string): UserId {
  const [text = '', sum] = Buffer.from(cursor, 'base64url').toString('utf8').split('.');
  const userId = UserId.safeParse(text);
  if (!userId.success || sum !== checksum(workspaceId, userId.data))
    throw new AppError('request.bad_cursor', 'Use nextCursor of the page before, with the same credentials.');
  return userId.data;
}

const checksum = (workspaceId: WorkspaceId, userId: UserId): string =>
  createHash('sha256').update(`users|${workspaceId}|${userId}`).digest('hex').slice(0, CHECKSUM_CHARS);
