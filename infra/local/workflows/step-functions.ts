import * as z from 'zod';
import type { Clock } from '../../../lib/core/clock.ts';
import type { StateMachineDeclaration } from '../assembly/declared.ts';
import type { Place } from '../assembly/resolver.ts';
import type { Faults } from '../faults/faults.ts';
import type { FlowLog } from '../flow/flow-log.ts';
import type { Invoke } from '../functions/invocation.ts';
import type { ServiceOperation } from '../services/server.ts';
import { ServiceFault } from '../services/service-fault.ts';
import { readDefinition, type Workflow } from './definition.ts';
import type { Execution, ExecutionStore } from './execution-store.ts';
import type { Run } from './run-execution.ts';

/** A closed execution keeps its name for 90 days (Step Functions quotas). */
const NAME_KEPT_MS = 90 * 86_400_000;
/** Input and output of a state (Step Functions quotas). */
const MAX_INPUT_BYTES = 262_144;
const MAX_LISTED = 1_000;

const StartExecution = z.object({
  stateMachineArn: z.string(),
  // The characters that AWS takes, of which a UUID is made when there is none.
  name: z
    .string()
    .regex(/^[\w-]{1,80}$/)
    .optional(),
  input: z.string().default('{}'),
});
const DescribeExecution = z.object({ executionArn: z.string() });
const ListExecutions = z.object({
  stateMachineArn: z.string(),
  statusFilter: z.string().optional(),
  maxResults: z.int().min(0).max(MAX_LISTED).default(100),
});

export interface StepFunctionsSettings {
  readonly machines: readonly StateMachineDeclaration[];
  readonly place: Place;
  readonly store: ExecutionStore;
  readonly faults: Faults;
  readonly flow: FlowLog;
  readonly clock: Clock;
  readonly randomName: () => string;
}

export interface StepFunctions {
  /** By `X-Amz-Target`. */
  readonly operations: Readonly<Record<string, ServiceOperation>>;
  /**
   * Runs what was running when the last local cloud ended, from its first state (the tasks are idempotent),
   * and from now on what is started. Until then executions are taken and kept.
   */
  begin(invokeOf: (functionName: string) => Invoke): void;
  /** Breaks running executions off; they begin again at the next start. */
  stop(): void;
}

/** Throws on a definition that cannot be served here, with the name of its state machine. */
export const createStepFunctions = (settings: StepFunctionsSettings): StepFunctions =>
  new LocalStepFunctions(settings);

class LocalStepFunctions implements StepFunctions {
  readonly #settings: StepFunctionsSettings;
  readonly #workflows: ReadonlyMap<string, Workflow>;
  readonly #runs = new Set<Run>();
  #invokeOf: ((functionName: string) => Invoke) | undefined;

  readonly operations: StepFunctions['operations'] = {
    'AWSStepFunctions.StartExecution': (input) => this.#start(parse(StartExecution, input)),
    'AWSStepFunctions.DescribeExecution': (input) => this.#describe(parse(DescribeExecution, input)),
    'AWSStepFunctions.ListExecutions': (input) => this.#list(parse(ListExecutions, input)),
  };

  constructor(settings: StepFunctionsSettings) {
    this.#settings = settings;
    this.#workflows = new Map(
      settings.machines.map(({ name, DefinitionString }) => [name, definitionOf(name, DefinitionString)]),
    );
    settings.store.removeEndedBefore(settings.clock.now() - NAME_KEPT_MS);
  }

  begin(invokeOf: (functionName: string) => Invoke): void {
    this.#invokeOf = invokeOf;
    for (const execution of this.#settings.store.running()) this.#run(execution);
  }

  stop(): void {
    this.#invokeOf = undefined;
    for (const run of this.#runs) run.abort();
  }

  #start({ stateMachineArn, name = this.#settings.randomName(), input }: z.infer<typeof StartExecution>) {
    const { store, clock } = this.#settings;
    const machine = this.#machineOf(stateMachineArn);
    if (!isJson(input) || Buffer.byteLength(input) > MAX_INPUT_BYTES) {
      throw new ServiceFault('InvalidExecutionInput', 'The input is not JSON of at most 262144 bytes.');
    }
    const known = store.find(machine, name);
    if (known !== undefined && (known.status !== 'RUNNING' || known.input !== input)) {
      const arn = this.#arnOf(known);
      throw new ServiceFault('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const started = known ?? store.add({ machine, name, input, startedAtMs: clock.now() });
    if (known === undefined) this.#run(started);
    return { executionArn: this.#arnOf(started), startDate: started.startedAtMs / 1_000 };
  }

  #run(execution: Execution): void {
    const workflow = this.#workflows.get(execution.machine);
    const invokeOf = this.#invokeOf;
    if (workflow === undefined || invokeOf === undefined) return;
    void this.#runWith(workflow, execution, invokeOf);
  }

  async #runWith(
    workflow: Workflow,
    execution: Execution,
    invokeOf: (functionName: string) => Invoke,
  ): Promise<void> {
    const { store, flow, faults, clock } = this.#settings;
    const { machine, name } = execution;
    // The library brings an SDK client and a schema checker along: nobody waits for it who starts nothing.
    const { runExecution } = await import('./run-execution.ts');
    const run = runExecution(workflow, execution, {
      arn: this.#arnOf(execution),
      invokeOf,
      faults,
      nowMs: () => clock.now(),
      onTransition: () => {
        store.countTransition(machine, name);
        flow.count('stateTransitions', 1);
      },
    });
    this.#runs.add(run);
    if (this.#invokeOf === undefined) run.abort();
    const end = await run.ended;
    this.#runs.delete(run);
    if (end === undefined) return;
    store.end(machine, name, end);
    flow.add('workflow', `${machine} ${end.status}`, {
      execution: name,
      tookMs: clock.now() - execution.startedAtMs,
      transitions: store.find(machine, name)?.transitionCount ?? 0,
    });
  }

  #describe({ executionArn }: z.infer<typeof DescribeExecution>): object {
    const [name = '', machine = ''] = executionArn.split(':').reverse();
    const found = this.#settings.store.find(machine, name);
    if (found === undefined || this.#arnOf(found) !== executionArn) {
      throw new ServiceFault('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
    }
    const { input, output, error, cause, transitionCount } = found;
    const given = Object.entries({ output, error, cause }).filter(([, value]) => value !== null);
    // AWS has the history instead of this count.
    return { ...this.#summary(found), input, ...Object.fromEntries(given), transitionCount };
  }

  #list({ stateMachineArn, statusFilter, maxResults }: z.infer<typeof ListExecutions>): object {
    const machine = this.#machineOf(stateMachineArn);
    const found = this.#settings.store.list(machine, statusFilter, maxResults === 0 ? 100 : maxResults);
    return { executions: found.map((execution) => this.#summary(execution)) };
  }

  #summary(execution: Execution): object {
    const { machine, name, status, startedAtMs, stoppedAtMs } = execution;
    return {
      executionArn: this.#arnOf(execution),
      stateMachineArn: this.#settings.machines.find((each) => each.name === machine)?.arn,
      name,
      status,
      startDate: startedAtMs / 1_000,
      ...(stoppedAtMs === null ? {} : { stopDate: stoppedAtMs / 1_000 }),
    };
  }

  #machineOf(arn: string): string {
    const found = this.#settings.machines.find((machine) => machine.arn === arn);
    if (found === undefined) {
      throw new ServiceFault('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    }
    return found.name;
  }

  #arnOf({ machine, name }: Pick<Execution, 'machine' | 'name'>): string {
    const { region, accountId } = this.#settings.place;
    return `arn:aws:states:${region}:${accountId}:execution:${machine}:${name}`;
  }
}

function definitionOf(name: string, text: string): Workflow {
  try {
    return readDefinition(text);
  } catch (cause) {
    throw new Error(`the local cloud cannot run the state machine ${name}: ${String(cause)}`, { cause });
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ServiceFault('ValidationException', parsed.error.message);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
