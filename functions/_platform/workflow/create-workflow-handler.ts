import middy from '@middy/core';
import type { ProviderSyncInput } from '../../../contracts/commands/provider-sync-step.ts';
import { PROBLEMS } from '../../../contracts/problems/catalog.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import type { Platform } from '../platform.ts';

export interface WorkflowStack<Input, Answer> {
  /** For the log: `fetch-pages`. */
  readonly step: string;
  /** Throws when the input is none of ours. */
  readonly parse: (input: unknown) => Input;
  readonly handle: (input: Input) => Promise<Answer>;
  /** A word for the log. */
  readonly outcomeOf: (answer: Answer) => string;
  readonly settings: Pick<Platform, 'clock' | 'log' | 'meter'>;
}

export type WorkflowHandler<Answer> = (input: unknown, context: object) => Promise<Answer>;

/** What the state machine's Retry lists; anything else goes to its Catch. */
const RETRIED_NAME = 'ProviderUnavailable';

/**
 * A fault as Step Functions sees it: the runtime gives `name` as the error and `message` as a part of the
 * cause, so the name decides and the message is of our own words.
 */
export class StepError extends Error {
  constructor(name: string, message: string, cause: unknown) {
    super(message, { cause });
    this.name = name;
  }
}

/** A Lambda handler for a step of a state machine: what it throws has an error name that the machine knows. */
export function createWorkflowHandler<Input extends Pick<ProviderSyncInput, 'correlationId'>, Answer>(
  stack: WorkflowStack<Input, Answer>,
): WorkflowHandler<Answer> {
  const handler = middy<unknown, Answer>()
    .use({ after: () => stack.settings.meter.flush(), onError: () => stack.settings.meter.flush() })
    .handler((input: unknown) => runStep(input, stack));
  return (input, context) => Promise.resolve(handler(input, context as Parameters<typeof handler>[1]));
}

async function runStep<Input extends Pick<ProviderSyncInput, 'correlationId'>, Answer>(
  raw: unknown,
  { step, parse, handle, outcomeOf, settings }: WorkflowStack<Input, Answer>,
): Promise<Answer> {
  const { clock, log } = settings;
  const startedMs = clock.now();
  let correlationId: string | undefined;
  try {
    const input = parse(raw);
    correlationId = input.correlationId;
    const answer = await handle(input);
    const durationMs = clock.now() - startedMs;
    log.write('WORKFLOW_STEP_COMPLETED', { correlationId, step, outcome: outcomeOf(answer), durationMs });
    return answer;
  } catch (error) {
    const translated = toStepError(error);
    const code = translated.name === RETRIED_NAME ? 'WORKFLOW_STEP_RETRIED' : 'WORKFLOW_STEP_FAILED';
    log.write(code, { correlationId, step, ...describeFault(error) });
    throw translated;
  }
}

/** Faults that pass are tried again by the machine; names of others are kept, their messages are not. */
function toStepError(error: unknown): StepError {
  if (error instanceof AppError) {
    const isPassing = PROBLEMS[error.code].retry !== 'never';
    return new StepError(isPassing ? RETRIED_NAME : 'StepFailed', error.code, error);
  }
  const name = error instanceof Error ? error.name : 'StepFailed';
  return new StepError(name, 'the step failed', error);
}
