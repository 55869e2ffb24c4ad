import { setTimeout as sleep } from 'node:timers/promises';
import { type RunOptions, StateMachine } from 'aws-local-stepfunctions';
import type { Faults } from '../faults/faults.ts';
import type { FunctionError, Invoke } from '../functions/invocation.ts';
import type { Workflow } from './definition.ts';
import type { Execution, ExecutionEnd } from './execution-store.ts';

type TaskHandlers = NonNullable<NonNullable<RunOptions['overrides']>['taskResourceLocalHandlers']>;
type TaskHandler = TaskHandlers[string];

export interface RunSettings {
  readonly arn: string;
  readonly invokeOf: (functionName: string) => Invoke;
  readonly faults: Faults;
  readonly nowMs: () => number;
  /** Each state that is entered and each retry: what AWS bills. */
  readonly onTransition: () => void;
}

export interface Run {
  /** How it ended; undefined when it was aborted. Never rejects. */
  readonly ended: Promise<ExecutionEnd | undefined>;
  abort(): void;
}

/** Runs an execution from its first state. */
export function runExecution(workflow: Workflow, execution: Execution, settings: RunSettings): Run {
  const machine = new StateMachine(workflow.definition, { validationOptions: { noValidate: true } });
  const handlers = [...workflow.functionNames].map(([state, functionName]): [string, TaskHandler] => [
    state,
    taskHandler(settings.invokeOf(functionName), settings.faults),
  ]);
  const { result, abort, eventLogs } = machine.run(JSON.parse(execution.input), {
    overrides: { taskResourceLocalHandlers: Object.fromEntries(handlers) },
    context: {
      Execution: { Id: settings.arn, Name: execution.name },
      StateMachine: { Name: execution.machine },
    },
  });
  const counted = countTransitions(eventLogs, settings.onTransition);
  let isAborted = false;
  return {
    ended: endOf(result, settings.nowMs).then(async (end) => {
      if (isAborted) return undefined;
      await counted;
      return end;
    }),
    abort: () => {
      isAborted = true;
      abort();
    },
  };
}

type Events = ReturnType<StateMachine['run']>['eventLogs'];

async function countTransitions(events: Events, onTransition: () => void): Promise<void> {
  for await (const { type } of events) {
    if (type === 'StateEntered' || type === 'StateRetried') onTransition();
  }
}

async function endOf(result: Promise<unknown>, nowMs: () => number): Promise<ExecutionEnd> {
  const nothing = { output: null, error: null, cause: null };
  try {
    const output = JSON.stringify((await result) ?? null);
    return { ...nothing, status: 'SUCCEEDED', stoppedAtMs: nowMs(), output };
  } catch (error) {
    const failed = error instanceof Error ? error : new Error(String(error));
    if (failed.name === 'ExecutionTimeoutError') {
      return { ...nothing, status: 'TIMED_OUT', stoppedAtMs: nowMs() };
    }
    // The library wraps what ended the execution; its name is the name of the error in the States Language.
    const reason = failed.cause instanceof Error ? failed.cause : failed;
    return {
      ...nothing,
      status: 'FAILED',
      stoppedAtMs: nowMs(),
      error: reason.name,
      cause: reason.message,
    };
  }
}

/** An error whose name is what `Retry` and `Catch` compare with, and whose message becomes `Cause`. */
class TaskError extends Error {
  constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
  }
}

/** Lambda's words for a function that failed: `errorType` is the error's name, all of it the cause. */
const toTaskError = (error: FunctionError): TaskError =>
  new TaskError(error.errorType, JSON.stringify(error));

const SERVICE_ERROR = new TaskError('Lambda.ServiceException', 'a fault of the fault switch');

/** One task: an invocation and what the fault switch makes of it, which a retry of the task mends. */
const taskHandler =
  (invoke: Invoke, faults: Faults): TaskHandler =>
  async (input) => {
    const fault = faults.task();
    if (fault.kind === 'drop') throw SERVICE_ERROR;
    if (fault.kind === 'delay') await sleep(fault.delayMs);
    if (fault.kind === 'duplicate' || fault.kind === 'lost-answer') await invoke(input);
    if (fault.kind === 'lost-answer') throw SERVICE_ERROR;
    const answered = await invoke(input);
    if (!answered.ok) throw toTaskError(answered.error);
    return JSON.parse(answered.payload);
  };
