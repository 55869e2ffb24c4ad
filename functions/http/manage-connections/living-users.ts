import { AppError } from '../../../lib/problems/app-error.ts';
import type { HeadStore } from '../../../lib/samples/head-store.ts';
import type { OperationHandler, OperationHandlers } from '../../_platform/http/operation.ts';

export interface LivingUsersDependencies {
  readonly heads: Pick<HeadStore, 'load'>;
}

/**
 * The operations for users who are there: of an erased user rows may lie until the sweep, and an empty list of
 * nobody would look like one of somebody without connections. Throws user.not_found.
 */
export function forLivingUsers(
  { heads }: LivingUsersDependencies,
  operations: OperationHandlers,
): OperationHandlers {
  const guard =
    (handle: OperationHandler): OperationHandler =>
    async (request) => {
      const head = await heads.load(request.userScope());
      if (head === undefined || head.erasedAtMs !== undefined)
        throw new AppError('user.not_found', 'There is no user by this id.');
      return await handle(request);
    };
  return Object.fromEntries(Object.entries(operations).map(([name, handle]) => [name, guard(handle)]));
}
