import { RebuildStep } from '../../../contracts/commands/rebuild-step.ts';
import { PRIORITIES_CHANGED_V1 } from '../../../contracts/events/priorities-changed.v1.ts';
import { RebuildId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import { assertNever } from '../../../lib/core/assert.ts';
import { SECOND_MS } from '../../../lib/core/instants.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import type { RebuildProgress } from '../../../lib/rebuilds/model.ts';
import { startRecomputation, takeRecomputationStep } from '../../../lib/rebuilds/recompute.ts';
import { takeRebuildStep } from '../../../lib/rebuilds/take-rebuild-step.ts';
import { MAX_RECEIVE_COUNT, type StepDelivery } from '../../../lib/rebuilds/take-step.ts';
import { createQueueHandler, type QueueHandler } from '../../_platform/queue/create-queue-handler.ts';
import { type BusEvent, parseBusEvent } from '../../_platform/queue/parse-bus-event.ts';
import type { RebuildReadModelsWiring } from './wiring.ts';

/** The function may run 60 s (infra/constructs/read-model-rebuilds.ts): what is left lets the step in hand end. */
const STEP_MS = 25 * SECOND_MS;

type RebuildMessage =
  | { readonly kind: 'changed'; readonly detail: BusEvent<typeof PRIORITIES_CHANGED_V1>['detail'] }
  | RebuildStep;

const parseChanged = parseBusEvent([PRIORITIES_CHANGED_V1]);

/** Events come in EventBridge's envelope, steps are our own. */
const parseMessage = (body: unknown): RebuildMessage =>
  typeof body === 'object' && body !== null && 'detail-type' in body
    ? { kind: 'changed', detail: parseChanged(body).detail }
    : RebuildStep.parse(body);

/** Steps of rebuilds and of recomputations, one after the other; each fails and comes back alone (RBD1). */
export const createRebuildReadModelsHandler = ({
  rebuilds,
  settings,
}: RebuildReadModelsWiring): QueueHandler =>
  createQueueHandler<RebuildMessage>({
    settings,
    parse: parseMessage,
    handle: async (queued) => {
      const { clock, log, meter } = settings;
      const failed: string[] = [];
      for (const { messageId, receiveCount, message } of queued) {
        try {
          const delivery = { receiveCount, deadlineMs: clock.now() + STEP_MS };
          const taken = await take(rebuilds, message, delivery);
          if (taken !== undefined) meter.add('RebuildSteps', 1);
          if (taken?.state === 'failed') meter.add('RebuildsFailed', 1);
        } catch (fault) {
          if (receiveCount >= MAX_RECEIVE_COUNT) meter.add('RebuildsFailed', 1);
          log.write('QUEUE_MESSAGE_FAILED', { messageId, receiveCount, ...describeFault(fault) });
          failed.push(messageId);
        }
      }
      return failed;
    },
  });

function take(
  deps: RebuildReadModelsWiring['rebuilds'],
  message: RebuildMessage,
  delivery: Omit<StepDelivery, 'step'>,
): Promise<RebuildProgress | undefined> {
  switch (message.kind) {
    case 'changed':
      return startRecomputation(deps, scopeOf(message.detail), { ...delivery, seq: message.detail.seq });
    case 'recompute':
      return takeRecomputationStep(deps, scopeOf(message), { ...delivery, step: message.step });
    case 'rebuild': {
      const place = {
        workspaceId: WorkspaceId.parse(message.workspaceId),
        rebuildId: RebuildId.parse(message.rebuildId),
      };
      return takeRebuildStep(deps, place, { ...delivery, step: message.step });
    }
    default:
      return assertNever(message);
  }
}

/** The ids are parsed, since keys are made of them. */
const scopeOf = ({ workspaceId, userId }: { readonly workspaceId: string; readonly userId: string }) => ({
  workspaceId: WorkspaceId.parse(workspaceId),
  userId: UserId.parse(userId),
});
