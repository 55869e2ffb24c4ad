import * as z from 'zod';
import type { ChangeOutcome, FailureCode, Task } from './write-model.ts';
import { failed } from './write-model.ts';

/**
 * The outcomes of a running operation as the ledger keeps them: what the request says already is left out, so
 * that a thousand of them take a few KB.
 */
const Decided = z.union([
  z.tuple([z.literal('s'), z.string(), z.int()]),
  z.tuple([
    z.literal('c'),
    z.string(),
    z.int(),
    z.string(),
    z.enum(['merged', 'server_wins', 'client_wins', 'manual']),
  ]),
  z.tuple([z.literal('f'), z.string().transform((code) => code as FailureCode), z.string()]),
]);
const Progress = z.array(z.tuple([Decided, z.string()]));

export const writeProgress = (outcomes: readonly ChangeOutcome[]): string =>
  JSON.stringify(
    outcomes.map((outcome) => [toDecided(outcome), outcome.kind === 'failed' ? '' : outcome.entityType]),
  );

function toDecided(outcome: ChangeOutcome) {
  if (outcome.kind === 'failed') return ['f', outcome.code, outcome.message];
  if (outcome.kind === 'successful') return ['s', outcome.id, outcome.version];
  return ['c', outcome.id, outcome.version, outcome.conflictId, outcome.outcome];
}

/** The outcomes of the first tasks, as they were. Throws for a text that `writeProgress` did not make. */
export function readProgress(text: string, tasks: readonly Task[]): readonly ChangeOutcome[] {
  return Progress.parse(JSON.parse(text)).map(([decided, entityType], at): ChangeOutcome => {
    const { requestId, sentId } = namesOf(tasks[at]);
    if (decided[0] === 'f') return failed(requestId, decided[1], decided[2]);
    const [, id, version] = decided;
    const clientId = sentId === undefined || sentId === id ? undefined : sentId;
    const named = { requestId, entityType, id, clientId, version };
    if (decided[0] === 's') return { kind: 'successful', ...named };
    return { kind: 'conflict', ...named, conflictId: decided[3], outcome: decided[4] };
  });
}

function namesOf(task: Task | undefined): {
  readonly requestId: string;
  readonly sentId: string | undefined;
} {
  if (task === undefined) throw new Error('the ledger has more outcomes than the request has changes');
  if (task.kind === 'refused') return { requestId: task.outcome.requestId, sentId: undefined };
  if (task.kind === 'resolution') return { requestId: task.resolution.conflictId, sentId: undefined };
  return task;
}
