import * as z from 'zod';
import { USER_ERASED_V1 } from '../../../contracts/events/user-erased.v1.ts';
import { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { ErasureQueue } from '../../../lib/users/erasure-queue.ts';
import { type RemoveLeftoversDependencies, removeLeftovers } from '../../../lib/users/remove-leftovers.ts';
import {
  createQueueHandler,
  type QueueHandler,
  type QueueStack,
} from '../../_platform/queue/create-queue-handler.ts';
import { oneByOne } from '../../_platform/queue/one-by-one.ts';
import { parseBusEvent } from '../../_platform/queue/parse-bus-event.ts';

export interface EraseUserWiring extends Pick<QueueStack<never>, 'settings'> {
  readonly deps: RemoveLeftoversDependencies;
  readonly queue: ErasureQueue;
}

const parseErased = parseBusEvent([USER_ERASED_V1]);
/** EventBridge sends the first sweep; the second is ours. */
const Sweep = z.object({ sweep: z.literal('final').optional() });

/** Reads whose erasure an SQS body tells of; the ids are parsed, since keys are made of them. */
function parseMessage(body: unknown) {
  const erasure = parseErased(body).detail;
  const scope = {
    workspaceId: WorkspaceId.parse(erasure.workspaceId),
    userId: UserId.parse(erasure.userId),
  };
  return { scope, erasure, isFinal: Sweep.parse(body).sweep === 'final' };
}

/**
 * Removes what erased users left behind, one user after the other; each fails alone. The first sweep asks for
 * a final one, which asks for none: a repeat of the first at most adds a final one (USR6).
 */
export const createEraseUserHandler = ({ deps, queue, settings }: EraseUserWiring): QueueHandler =>
  createQueueHandler({
    parse: parseMessage,
    settings,
    handle: oneByOne(
      settings,
      ({ erasure }) => erasure.correlationId,
      async ({ scope, erasure, isFinal }) => {
        await removeLeftovers(deps, scope);
        if (!isFinal) await queue.sweepAgain(erasure);
      },
    ),
  });
