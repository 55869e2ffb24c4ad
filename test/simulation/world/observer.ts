import type { SdkCommand, SimulatedDynamo } from '../engine/simulated-dynamo.ts';
import type { ItemChange } from '../engine/tables.ts';
import type { Applied } from '../oracle/merge-model.ts';
import { UserModel } from '../oracle/user-model.ts';
import type { Run } from './container.ts';
import type { DeviceRequest, PriorityRequest } from './device.ts';
import type { Environment } from './environment.ts';
import type { SeededUser } from './seed-world.ts';

/** What the model says a request must be answered, and when it was committed. */
export interface Expected extends Applied {
  /** Undefined: it changed nothing, and took no number. */
  readonly seq: number | undefined;
  /** Whose payload it was: another one under the same id must not be acknowledged (ING6). */
  readonly request: DeviceRequest;
}

/** Everything the invariants know of one user. */
export interface ObservedUser extends SeededUser {
  readonly model: UserModel;
  /** requestId -> what its one commit came to. */
  readonly expected: Map<string, Expected>;
  /** requestId -> payloads that were ever sent under it. */
  readonly sent: Map<string, DeviceRequest[]>;
  /** requestId -> the final answer, byte for byte. */
  readonly answers: Map<string, string>;
}

/** The run of an HTTP request knows what it was sent. */
export interface TaggedRun extends Run {
  readonly request?: DeviceRequest | PriorityRequest | undefined;
}

/**
 * Watches the database from outside: which keys each run touches (P5), and each committed transaction, which
 * the model takes at that instant and in that order (P1).
 */
export class Observer {
  readonly users: readonly ObservedUser[];
  readonly #environment: Environment;
  readonly #byPartition: ReadonlyMap<string, ObservedUser>;
  readonly #changes: ItemChange[] = [];

  constructor(environment: Environment, users: readonly SeededUser[]) {
    this.#environment = environment;
    this.users = users.map((user) => ({
      ...user,
      model: new UserModel(),
      expected: new Map(),
      sent: new Map(),
      answers: new Map(),
    }));
    this.#byPartition = new Map(this.users.map((user) => [`W#${user.workspaceId}#U#${user.userId}`, user]));
  }

  note(change: ItemChange): void {
    this.#changes.push(change);
  }

  /** Runs a command on the engine for a run and takes note of what it did. */
  execute(dynamo: SimulatedDynamo, command: SdkCommand, run: TaggedRun | undefined) {
    this.#audit(command, run);
    this.#changes.length = 0;
    const reply = dynamo.execute(command);
    if (this.#changes.length > 0) this.#committed(run, reply.settledAtMs);
    return reply;
  }

  /** Keys begin with the workspace of the caller; looking up an API key is the exception. */
  #audit({ input }: SdkCommand, run: TaggedRun | undefined): void {
    if (run?.workspaces === undefined) return;
    for (const pk of partitionsIn(input)) {
      if (pk.startsWith('KEYHASH#')) continue;
      const workspace = /^W#([^#]+)(#|$)/.exec(pk)?.[1];
      if (workspace === undefined || !run.workspaces.has(workspace)) {
        this.#environment.violation('P5', `a run for ${[...run.workspaces].join()} touched ${pk}`);
      }
    }
  }

  #committed(run: TaggedRun | undefined, settledAtMs: number): void {
    const find = (prefix: string) => this.#changes.find(({ key }) => key.sk.startsWith(prefix));
    const change = find('CHANGE#');
    const ledger = find('LEDGER#');
    const user = this.#byPartition.get((change ?? ledger)?.key.pk ?? '');
    if (user === undefined) return;
    const seq = change === undefined ? undefined : Number(change.key.sk.slice('CHANGE#'.length));
    if (seq !== undefined && seq !== user.model.seq + 1) {
      this.#environment.violation('P2', `seq ${seq} follows ${user.model.seq}`);
    }
    if (ledger !== undefined) this.#committedBatch(user, { ledger, run, seq, settledAtMs });
    else if (run?.request?.kind === 'priorities' && seq !== undefined) {
      user.model.reorder(run.request.order, seq, settledAtMs);
    }
  }

  #committedBatch(
    user: ObservedUser,
    commit: {
      readonly ledger: ItemChange;
      readonly run: TaggedRun | undefined;
      readonly seq: number | undefined;
      readonly settledAtMs: number;
    },
  ): void {
    const { ledger, run, seq, settledAtMs } = commit;
    if (ledger.after?.['st']?.S !== 'answered') return;
    const requestId = ledger.key.sk.slice('LEDGER#'.length);
    if (user.expected.has(requestId)) {
      this.#environment.violation('P1', `request ${requestId} was committed twice`);
      return;
    }
    const request = run?.request?.kind === 'ingest' ? run.request : user.sent.get(requestId)?.[0];
    if (request === undefined) throw new Error(`nobody sent ${requestId}`);
    const applied = user.model.commit(request.batch, seq, settledAtMs);
    if ((seq === undefined) !== (applied.changes.length === 0)) {
      this.#environment.violation('ING11', `${requestId} changes ${applied.changes.length}, seq ${seq}`);
    }
    user.expected.set(requestId, { ...applied, seq, request });
  }
}

/** Every partition key that a command names, wherever it stands. */
export function partitionsIn(input: unknown): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
    for (const [name, inner] of Object.entries(value)) {
      const text = (inner as { readonly S?: unknown } | null)?.S;
      if ((name === 'pk' || name === ':pk') && typeof text === 'string') found.push(text);
      else visit(inner);
    }
  };
  visit(input);
  return found;
}
