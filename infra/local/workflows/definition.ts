import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { lastPart } from '../assembly/declared.ts';

/**
 * Events wait here for a free thread, which on AWS they do not: the time limit of a task would count that, so
 * the function's own is the one that holds. As long as a timer can be.
 */
const NO_TIMEOUT_SEC = 2_000_000;

const State = z.discriminatedUnion('Type', [
  z.looseObject({
    Type: z.literal('Task'),
    Resource: z.string().regex(/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+$/),
    TimeoutSecondsPath: z.never().optional(),
  }),
  z.looseObject({ Type: z.literal('Choice') }),
  z.looseObject({ Type: z.literal('Wait') }),
  z.looseObject({ Type: z.literal('Pass') }),
  z.looseObject({ Type: z.literal('Succeed') }),
  z.looseObject({ Type: z.literal('Fail') }),
]);
const Definition = z.looseObject({
  QueryLanguage: z.literal('JSONPath').optional(),
  StartAt: z.string(),
  States: z.record(z.string(), State),
});

export interface Workflow {
  readonly definition: StateMachineDefinition;
  /** Function of each task, by the name of its state. */
  readonly functionNames: ReadonlyMap<string, string>;
}

/**
 * The definition of a state machine as the template has it. Throws on what is not served here: another query
 * language than JSONPath, maps, parallels, and tasks that call anything but a function by its ARN.
 */
export function readDefinition(text: string): Workflow {
  const definition = Definition.parse(JSON.parse(text));
  const functionNames = Object.entries(definition.States).flatMap(([name, state]): [string, string][] =>
    state.Type === 'Task' ? [[name, lastPart(state.Resource)]] : [],
  );
  const unlimited = Object.entries(definition.States).map(([name, state]) => [
    name,
    state.Type === 'Task' ? { ...state, TimeoutSeconds: NO_TIMEOUT_SEC } : state,
  ]);
  return {
    // Each state is what the library takes: its own check of all fields runs in the tests of the template.
    definition: { ...definition, States: Object.fromEntries(unlimited) } as unknown as StateMachineDefinition,
    functionNames: new Map(functionNames),
  };
}
