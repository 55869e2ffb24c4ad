import type { IngestQueued } from '../../contracts/commands/ingest-queued.ts';
import type { ChangeEntry } from '../../lib/outbox/model.ts';
import type { IngestQueue } from '../../lib/samples/ingest-queue.ts';
import {
  type BlockRef,
  type BlockSummary,
  blockName,
  type Head,
  type Ledger,
  type StoredBlock,
  type UserScope,
} from '../../lib/samples/model.ts';
import type {
  BlockRange,
  BlockReader,
  CommitOutcome,
  IngestCommit,
  PayloadStore,
  SampleStore,
} from '../../lib/samples/sample-store.ts';
import type { UploadContent, UploadReader } from '../../lib/samples/upload-store.ts';

export const emptyHead = (settings: Partial<Head> = {}): Head => ({
  seq: 0,
  settingsVersion: 0,
  timeZone: undefined,
  privacy: { uploadEnabled: true, blockedMetrics: [] },
  priorities: { orders: {}, changedAt: {} },
  erasedAtMs: undefined,
  series: {},
  sources: {},
  ...settings,
});

const keyOf = (ref: BlockRef): string => `${ref.metric}/${blockName(ref)}`;

/**
 * One user's store in memory, with the conditions of the port and faults on demand. `beforeCommit` runs
 * between a caller's reads and its commit: a second writer goes there. `fault` is asked once per commit.
 */
export class MemorySampleStore implements SampleStore, BlockReader, PayloadStore, UploadReader, IngestQueue {
  head: Head | undefined = emptyHead();
  readonly blocks = new Map<string, StoredBlock>();
  readonly ledgers = new Map<string, Ledger>();
  readonly changes: ChangeEntry[] = [];
  readonly payloads = new Map<string, Uint8Array>();
  readonly messages: IngestQueued[] = [];
  readonly commits: IngestCommit[] = [];
  loadedRefCount = 0;
  beforeCommit: () => Promise<void> = async () => {};
  fault: () => 'none' | 'conflict' | 'crash_before' | 'crash_after' = () => 'none';

  async load(_scope: UserScope, requestId: string, refs: readonly BlockRef[]) {
    await Promise.resolve();
    this.loadedRefCount += refs.length;
    const found = refs.flatMap((ref) => {
      const block = this.blocks.get(keyOf(ref));
      return block === undefined ? [] : [[keyOf(ref), block] as const];
    });
    return { head: this.head, ledger: this.ledgers.get(requestId), blocks: new Map(found) };
  }

  async commit(_scope: UserScope, commit: IngestCommit): Promise<CommitOutcome> {
    await this.beforeCommit();
    const fault = this.fault();
    if (fault === 'crash_before') throw new Error('crash before commit');
    if (fault === 'conflict') return 'conflict';
    if (this.head === undefined || this.head.erasedAtMs !== undefined) return 'erased';
    if (!this.#holds(commit, this.head)) return 'conflict';
    this.ledgers.set(commit.requestId, commit.ledger.row);
    if (commit.advance !== undefined) {
      this.head = commit.advance.head;
      this.changes.push(commit.advance.change);
      for (const block of commit.advance.blocks) this.blocks.set(keyOf(block.ref), block);
    }
    this.commits.push(commit);
    if (fault === 'crash_after') throw new Error('lost reply');
    return 'committed';
  }

  async listBlocks(_scope: UserScope, range: BlockRange): Promise<readonly BlockSummary[]> {
    return this.#inRange(range);
  }

  async nextBucket(_scope: UserScope, metric: string, fromBucket: string): Promise<string | undefined> {
    const refs = [...this.blocks.values()].map(({ ref }) => ref).filter((ref) => ref.metric === metric);
    return refs
      .map(({ bucket }) => bucket)
      .filter((bucket) => bucket >= fromBucket)
      .sort()[0];
  }

  async readBlocks(_scope: UserScope, range: BlockRange) {
    return { blocks: this.#inRange(range), complete: true };
  }

  async put(_scope: UserScope, payloadKey: string, body: Uint8Array): Promise<void> {
    this.payloads.set(payloadKey, body);
  }

  async get(_scope: UserScope, payloadKey: string): Promise<Uint8Array | undefined> {
    return this.payloads.get(payloadKey);
  }

  /** What callers put to presigned addresses, by upload id. */
  readonly uploaded = new Map<string, Uint8Array>();

  async read(_scope: UserScope, uploadId: string, maxBytes: number): Promise<UploadContent> {
    const body = this.uploaded.get(uploadId);
    if (body === undefined) return { kind: 'absent' };
    if (body.length > maxBytes) return { kind: 'too_large', sizeBytes: body.length };
    return { kind: 'found', body, contentType: undefined };
  }

  async send(message: IngestQueued): Promise<void> {
    this.messages.push(message);
  }

  #inRange({ metric, fromBucket, toBucket }: BlockRange): readonly StoredBlock[] {
    return [...this.blocks.values()]
      .filter(({ ref }) => ref.metric === metric && ref.bucket >= fromBucket && ref.bucket <= toBucket)
      .sort((left, right) => (blockName(left.ref) < blockName(right.ref) ? -1 : 1));
  }

  #holds({ requestId, ledger, advance }: IngestCommit, head: Head): boolean {
    const stored = this.ledgers.get(requestId);
    const { replaces } = ledger;
    if (replaces === 'nothing' ? stored !== undefined : stored?.state !== replaces.state) return false;
    if (typeof replaces === 'object' && replaces.state === 'running') {
      if (stored?.state !== 'running' || stored.next !== replaces.next) return false;
    }
    if (advance === undefined) return true;
    if (advance.readHead.seq !== head.seq) return false;
    if (advance.readHead.settingsVersion !== head.settingsVersion) return false;
    if (advance.blocks.length > 96) throw new Error('more than 96 blocks in a transaction');
    if (new Set(advance.blocks.map(({ ref }) => keyOf(ref))).size !== advance.blocks.length)
      throw new Error('one block twice in a transaction');
    return advance.blocks.every(
      (block) => (this.blocks.get(keyOf(block.ref))?.version ?? 0) === block.version - 1,
    );
  }
}
