import {
  type BootstrapDependencies,
  type BootstrapRequest,
  bootstrapWorkspace,
} from '../../../lib/access/bootstrap.ts';
import type { DeadLetters } from '../../../lib/adapters/sqs/dead-letters.ts';
import type { SubscribeAppsDependencies } from '../../../lib/connections/pushes/subscribe-apps.ts';
import { assertNever } from '../../../lib/core/assert.ts';
import { type EpochMs, toIso } from '../../../lib/core/instants.ts';
import type { ReplayDeps } from '../../../lib/outbox/replay.ts';
import { type OperateCommand, QUEUE_NAMES } from './arguments.ts';
import { type RebuildDependencies, rebuild } from './rebuild.ts';
import { replay } from './replay.ts';
import { subscribe } from './subscribe.ts';

/** What a command needs is made when it runs: `dlq list` asks for no tables. */
export interface OperateDependencies {
  readonly bootstrap: () => BootstrapDependencies & { readonly pool: BootstrapRequest['pool'] };
  readonly rebuild: () => Omit<RebuildDependencies, 'workspaces'>;
  readonly replay: () => ReplayDeps;
  readonly subscribe: () => SubscribeAppsDependencies;
  readonly deadLetters: () => DeadLetters;
  /** One line for the operator. */
  readonly print: (line: string) => void;
}

/** Runs one command. What it rejects with has said nothing yet; the entry prints it and ends with 1. */
export async function operate(command: OperateCommand, deps: OperateDependencies): Promise<void> {
  const { print } = deps;
  switch (command.name) {
    case 'bootstrap':
      return bootstrap(command.options, deps);
    case 'projections rebuild':
      // What makes workspaces knows which there are.
      return rebuild(command.options, { ...deps.rebuild(), workspaces: deps.bootstrap().workspaces }, print);
    case 'relay replay':
      // What makes workspaces knows which there are.
      return replay(
        command.options,
        { replaying: deps.replay(), workspaces: deps.bootstrap().workspaces },
        print,
      );
    case 'providers subscribe':
      return subscribe(command.options, deps.subscribe(), print);
    case 'dlq list':
      return listDeadLetters(deps.deadLetters(), print);
    case 'dlq show':
      return showDeadLetters(command.options, deps.deadLetters(), print);
    case 'dlq redrive': {
      const { queue } = command.options;
      return print(`${await deps.deadLetters().redrive(queue)} messages sent back to ${queue}`);
    }
    default:
      return assertNever(command);
  }
}

async function bootstrap(
  options: Extract<OperateCommand, { name: 'bootstrap' }>['options'],
  { bootstrap: open, print }: OperateDependencies,
): Promise<void> {
  const { pool, ...deps } = open();
  const made = await bootstrapWorkspace(deps, { ...options, pool });
  print(`workspace  ${made.workspaceId}`);
  if (made.issuerId !== undefined) print(`issuer     ${made.issuerId}`);
  print(`API key    ${made.apiKey}`);
  print('The key has every scope and is shown this once: keep it where secrets are kept.');
}

async function listDeadLetters(letters: DeadLetters, print: (line: string) => void): Promise<void> {
  for (const queue of QUEUE_NAMES) print(`${queue.padEnd(20)}${await letters.count(queue)}`);
}

/** Bodies are events and references: they hold ids and dates, no health values (OBX3). */
async function showDeadLetters(
  { queue, limit }: Extract<OperateCommand, { name: 'dlq show' }>['options'],
  letters: DeadLetters,
  print: (line: string) => void,
): Promise<void> {
  const found = await letters.look(queue, limit);
  for (const { messageId, sentAtMs, receiveCount, body } of found)
    print(`${messageId}  sent ${toIso(sentAtMs as EpochMs)}  received ${receiveCount} times\n  ${body}`);
  if (found.length === 0) print(`nothing lies in ${queue}`);
}
