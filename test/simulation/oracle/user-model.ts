import { type Applied, applyBatch, bucketOf, type ModelBatch, type ModelEntry } from './merge-model.ts';

/** One committed transaction of a user. */
export interface ModelCommit {
  readonly seq: number;
  /** From here on every plain read sees all of it. */
  readonly settledAtMs: number;
  readonly changes: Applied['changes'];
  readonly order: readonly string[] | undefined;
}

/** What a user's data must be: the committed batches in the order of their transactions. */
export class UserModel {
  readonly commits: ModelCommit[] = [];
  readonly #entries = new Map<string, ModelEntry>();

  get seq(): number {
    return this.commits.at(-1)?.seq ?? 0;
  }
  /** Takes a batch as the next transaction; a batch that changes nothing takes no number. */
  commit(batch: ModelBatch, seq: number | undefined, settledAtMs: number): Applied {
    const applied = applyBatch(this.#entries, batch, seq ?? this.seq + 1);
    if (seq !== undefined) {
      this.commits.push({ seq, settledAtMs, changes: applied.changes, order: this.orderAt(this.seq) });
    }
    return applied;
  }
  /** New source priorities are a transaction too. */
  reorder(order: readonly string[], seq: number, settledAtMs: number): void {
    this.commits.push({ seq, settledAtMs, changes: [], order });
  }
  orderAt(seq: number): readonly string[] | undefined {
    return this.commits.findLast((commit) => commit.seq <= seq)?.order;
  }
  entries(): readonly ModelEntry[] {
    return [...this.#entries.values()];
  }

  /** The entries of one block (metric, source, bucket) as transaction `seq` left them. */
  blockAt(block: string, seq: number): readonly ModelEntry[] {
    const entries = new Map<object | string, ModelEntry>();
    for (const commit of this.commits) {
      if (commit.seq > seq) break;
      for (const { before, after } of commit.changes) {
        if (blockOf(after) !== block) continue;
        if (before !== undefined) entries.delete(before);
        entries.set(after, after);
      }
    }
    return [...entries.values()];
  }
  blocks(metric: string): readonly string[] {
    return [...new Set(this.entries().map(blockOf))].filter((block) => block.startsWith(`${metric}/`));
  }
  /** Transactions that changed a block, in order. */
  changesOf(block: string): readonly ModelCommit[] {
    return this.commits.filter(({ changes }) => changes.some(({ after }) => blockOf(after) === block));
  }
}

export const blockOf = (entry: ModelEntry): string =>
  `${entry.metric}/${bucketOf(entry.startMs)}/${entry.source}`;
