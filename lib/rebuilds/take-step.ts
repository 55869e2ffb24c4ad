import type { RebuildStep } from '../../contracts/commands/rebuild-step.ts';
import type { WorkspaceId } from '../../contracts/primitives/ids.ts';
import { type AdvanceDeps, advance } from './advance.ts';
import type { RebuildProgress } from './model.ts';
import type { RebuildQueue } from './rebuild-queue.ts';

/** Where one walk's progress lies, and what its next message is. */
export interface WalkPlace<Progress extends RebuildProgress> {
  readonly workspaceId: WorkspaceId;
  load(): Promise<Progress | undefined>;
  save(before: Progress, next: Progress): Promise<'saved' | 'conflict' | 'gone'>;
  messageOf(step: number): RebuildStep;
}

export interface TakeStepDeps extends AdvanceDeps {
  readonly queue: RebuildQueue;
}

export interface StepDelivery {
  readonly step: number;
  /** 1 on the first delivery. */
  readonly receiveCount: number;
  /** When to stop and leave the rest to the next message. */
  readonly deadlineMs: number;
}

/** Deliveries of one message before it ends in the dead-letter queue (infra: maxReceiveCount). */
export const MAX_RECEIVE_COUNT = 5;
/** Inputs settle within seconds of a commit. */
const NEXT_PASS_DELAY_SEC = 10;

/**
 * Takes one step of a walk and sends for the next one. What is saved is saved on the condition that nobody else took
 * the step, so that duplicates and messages out of order change nothing; a step that was saved but not followed
 * by a message is followed when its own message comes again. A fault is thrown, and at the last delivery it is
 * the end of the walk: `failed`, from where the message, sent back from the dead-letter queue, goes on.
 */
export async function takeStep<Progress extends RebuildProgress>(
  deps: TakeStepDeps,
  place: WalkPlace<Progress>,
  delivery: StepDelivery,
): Promise<Progress | undefined> {
  const before = await place.load();
  if (before === undefined || before.state === 'done') return before;
  if (before.step !== delivery.step) {
    const isOurs = before.step === delivery.step + 1 && delivery.receiveCount > 1;
    if (isOurs && before.state === 'running') await sendNext(deps, place, before);
    return before;
  }
  const next = await advanceOrFail(deps, place, before, delivery);
  if ((await place.save(before, next)) !== 'saved') return undefined;
  if (next.state === 'running') await sendNext(deps, place, next);
  return next;
}

async function advanceOrFail<Progress extends RebuildProgress>(
  deps: TakeStepDeps,
  place: WalkPlace<Progress>,
  before: Progress,
  { receiveCount, deadlineMs }: StepDelivery,
): Promise<Progress> {
  try {
    return await advance(deps, place.workspaceId, before, deadlineMs);
  } catch (fault) {
    if (receiveCount >= MAX_RECEIVE_COUNT) {
      const failed = { ...before, state: 'failed', failure: 'fault', updatedAtMs: deps.clock.now() };
      await place.save(before, failed as Progress);
    }
    throw fault;
  }
}

const sendNext = <Progress extends RebuildProgress>(
  { queue }: TakeStepDeps,
  place: WalkPlace<Progress>,
  { step, cursor }: Progress,
): Promise<void> => {
  const isNewPass = cursor.pass > 1 && cursor.userId === undefined && cursor.doneUserId === undefined;
  return queue.send(place.messageOf(step), isNewPass ? NEXT_PASS_DELAY_SEC : 0);
};
