import { ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { ApiRequest } from '../../_platform/http/operation.ts';

type Path = Pick<ApiRequest, 'pathParameters'>;

export const providerOf = ({ pathParameters }: Path): string => pathParameters['provider'] ?? '';

/** What is no id of ours is nobody's. */
export function connectionIdOf({ pathParameters }: Path): ConnectionId {
  const parsed = ConnectionId.safeParse(pathParameters['connectionId']);
  if (!parsed.success) throw new AppError('connection.not_found', 'The user has no such connection.');
  return parsed.data;
}

export function syncIdOf({ pathParameters }: Path): SyncId {
  const parsed = SyncId.safeParse(pathParameters['syncId']);
  if (!parsed.success) throw new AppError('sync.not_found', 'There is no sync by this id.');
  return parsed.data;
}
