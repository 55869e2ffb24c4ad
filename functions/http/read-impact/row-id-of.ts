import { resolveRowId } from '../../../lib/sync/merge/row-id.ts';
import type { ApiRequest } from '../../_platform/http/operation.ts';

/** The id that a row is stored under, out of the one that a caller knows it by. */
export const rowIdOf = <Id extends string | undefined>(
  request: ApiRequest,
  entityType: 'sessions' | 'products',
  id: Id,
): Id | string => (id === undefined ? id : resolveRowId(request.userScope().userId, entityType, id));
