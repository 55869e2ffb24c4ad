import { fromEntityItem } from '../../../lib/adapters/dynamo/entity-item.ts';
import { announcementOf } from '../../../lib/adapters/dynamo/entity-log-item.ts';
import { fromOperationItem } from '../../../lib/adapters/dynamo/entity-operation-item.ts';
import type { DataKey } from '../../../lib/vault/data-keys.ts';
import type { Item } from '../engine/attribute-values.ts';
import type { SdkCommand, SimulatedDynamo } from '../engine/simulated-dynamo.ts';
import type { ItemChange } from '../engine/tables.ts';
import type { StoredImage } from '../oracle/sync-model.ts';
import type { Run } from '../world/container.ts';
import type { Environment } from '../world/environment.ts';
import { partitionsIn } from '../world/observer.ts';
import { type SeededUser, TABLES } from '../world/seed-world.ts';
import type { SyncCall } from './network.ts';
import type { SeededSync } from './seed.ts';

/** One transaction on the rows of the watched user. */
export interface ObservedCommit {
  readonly seq: number;
  readonly atMs: number;
  readonly call: SyncCall | undefined;
  readonly rows: readonly StoredImage[];
  /** The answer that the ledger keeps from this commit on, where it ends an operation. */
  readonly answer: string | undefined;
}

interface SyncRun extends Run {
  readonly call?: SyncCall;
}

/**
 * Watches the database from outside: which keys each run touches, and each transaction on the rows of the
 * user at the instant when it commits: the sequence has no holes, rows go on by one version and carry the
 * number of the log entry that names them, and what a log entry names is what was written.
 */
export class SyncObserver {
  onCommit: (commit: ObservedCommit) => void = () => undefined;
  /** A tombstone that compaction removed. */
  onForgotten: (type: string, id: string) => void = () => undefined;
  readonly #environment: Environment;
  readonly #user: SeededUser;
  readonly #dataKey: DataKey;
  readonly #partition: string;
  readonly #rowsPartition: string;
  readonly #changes: ItemChange[] = [];
  readonly #operationsDone = new Set<string>();
  #seq = 0;

  constructor(environment: Environment, { user, dataKey }: SeededSync) {
    this.#environment = environment;
    this.#user = user;
    this.#dataKey = dataKey;
    this.#partition = `W#${user.workspaceId}#U#${user.userId}`;
    this.#rowsPartition = `${this.#partition}#ENTITIES`;
  }

  get seq(): number {
    return this.#seq;
  }

  note(change: ItemChange): void {
    this.#changes.push(change);
  }

  execute(dynamo: SimulatedDynamo, command: SdkCommand, run: SyncRun | undefined) {
    this.#audit(command, run);
    this.#changes.length = 0;
    const reply = dynamo.execute(command);
    if (this.#changes.length > 0) this.#committed(run);
    return reply;
  }

  /** A request for the user touches keys of that user, of the workspace itself, and of nobody else. */
  #audit({ input }: SdkCommand, run: SyncRun | undefined): void {
    if (run?.call === undefined) return;
    const workspace = `W#${this.#user.workspaceId}`;
    for (const pk of partitionsIn(input)) {
      const isOwn = pk === this.#partition || pk.startsWith(`${this.#partition}#`);
      const isOfWorkspace = pk === workspace || (pk.startsWith(`${workspace}#`) && !pk.includes('#U#'));
      if (!isOwn && !isOfWorkspace && !pk.startsWith('KEYHASH#') && !pk.startsWith('DUE#')) {
        this.#environment.violation('FOREIGN', `a request of ${run.call.deviceName} touched ${pk}`);
      }
    }
  }

  #committed(run: SyncRun | undefined): void {
    const own = this.#changes.filter(({ key }) => key.pk === this.#partition);
    const find = (prefix: string) =>
      own.filter(({ key, after }) => key.sk.startsWith(prefix) && after !== undefined);
    if (find('ENTITY#').length > 0) this.#violation('a row was written where the stream carries it');
    const ownRows = this.#changes.filter(({ key }) => key.pk === this.#rowsPartition);
    for (const { key, after } of ownRows) {
      if (after !== undefined) continue;
      const [, type = '', id = ''] = key.sk.split('#');
      this.onForgotten(type, id);
    }
    const rows = ownRows.filter(({ after }) => after !== undefined);
    const made = find('ENTITYLOG#');
    const answer = this.#answerOf(find('ENTITYOP#'));
    if (rows.length > 0 || made.length > 0) this.#checkEntry(rows, made);
    if (rows.length === 0 && answer === undefined) return;
    const written = rows.map((change) => this.#writtenRow(change, this.#seq));
    const atMs = this.#environment.scheduler.now();
    this.onCommit({ seq: this.#seq, atMs, call: run?.call, rows: written, answer });
  }

  /** One log entry, the next in the sequence, that names just the rows that were written. */
  #checkEntry(rows: readonly ItemChange[], made: readonly ItemChange[]): void {
    const [entry] = made;
    if (made.length !== 1 || entry?.after === undefined) {
      this.#violation(`${rows.length} rows were written with ${made.length} log entries`);
      return;
    }
    const { seq, changes } = announcementOf(entry.after);
    if (entry.before !== undefined) this.#violation(`log entry ${seq} was written again`);
    if (seq !== this.#seq + 1) this.#violation(`seq ${seq} follows ${this.#seq}`);
    this.#seq = seq;
    const named = changes.map(({ type, id, op, version }) => `${type}#${id} ${op} ${version}`);
    const wrote = rows.map(({ key, after }) => {
      const op = after?.['deleted']?.BOOL === true ? 'delete' : 'upsert';
      return `${key.sk.slice('ENTITY#'.length)} ${op} ${after?.['version']?.N}`;
    });
    if (named.sort().join() !== wrote.sort().join())
      this.#violation(`${seq} names ${named} and wrote ${wrote}`);
  }

  #writtenRow({ key, before, after }: ItemChange, seq: number): StoredImage {
    if (after === undefined) throw new Error('a row that was deleted was not written');
    const version = Number(after['version']?.N);
    const from = before === undefined ? 0 : Number(before['version']?.N);
    if (version <= from || !Number.isInteger(version)) {
      this.#violation(`${key.sk} went from version ${from} to ${version}`);
    }
    if (Number(after['seq']?.N) !== seq) this.#violation(`${key.sk} of ${seq} says ${after['seq']?.N}`);
    return this.openRow(after);
  }

  /** What a stored row says, opened with the user's key. */
  openRow(item: Item): StoredImage {
    const { type, id, state } = fromEntityItem(item, { scope: this.#user, key: this.#dataKey });
    return { type, id, ...state };
  }

  /** Every item of the user beside the rows. */
  itemsOf(dynamo: SimulatedDynamo): readonly Item[] {
    return [...dynamo.table(TABLES.core).all()].filter((item) => item['pk']?.S === this.#partition);
  }

  /** Every row that is stored now, tombstones too. */
  storedRows(dynamo: SimulatedDynamo): readonly StoredImage[] {
    return this.rowItemsOf(dynamo).map((item) => this.openRow(item));
  }

  rowItemsOf(dynamo: SimulatedDynamo): readonly Item[] {
    return [...dynamo.table(TABLES.samples).all()].filter((item) => item['pk']?.S === this.#rowsPartition);
  }

  /** The answer of an operation that is done with this commit: once and for all. */
  #answerOf(items: readonly ItemChange[]): string | undefined {
    const row = items.find(({ after }) => after?.['st']?.S === 'done');
    if (row?.after === undefined) return undefined;
    const operationId = row.key.sk.slice('ENTITYOP#'.length);
    if (this.#operationsDone.has(operationId)) this.#violation(`operation ${operationId} was done twice`);
    this.#operationsDone.add(operationId);
    const parts = items.flatMap(({ key, after }) =>
      after !== undefined && key.sk.startsWith(`${row.key.sk}#`) ? [after] : [],
    );
    const seal = { scope: this.#user, key: this.#dataKey };
    return fromOperationItem(operationId, row.after, parts, seal).result;
  }

  #violation(what: string): void {
    this.#environment.violation('SEQ', what);
  }
}
