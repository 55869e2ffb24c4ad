import { assert } from '../../core/assert.ts';
import type { DataType } from '../../providers/definition.ts';
import { ProviderFault } from '../../providers/model.ts';
import type { Sync, SyncCounts, TypeProgress } from '../model.ts';
import { PageGroup } from './page-group.ts';
import { nextChunk } from './plan-sync.ts';
import { MAX_CURSOR_CHARS } from './sync-limits.ts';
import { addCounts, withType } from './sync-progress.ts';
import { commitSync, fetchContextOf, isLate, type SyncSession } from './sync-session.ts';

export type PullType = DataType & { readonly source: Extract<DataType['source'], { readonly kind: 'pull' }> };

/** Hands on how far the sync got before a fault: what was stored stays stored. */
export interface TypeStep {
  sync: Sync;
  /** `sync` says more than its row does. */
  isAhead: boolean;
}

/**
 * Fetches one type from where its progress stands, until its window is done (`done`) or the time is up
 * (`more`). Each group of pages is stored before the cursor behind it is, so a run that dies repeats one group
 * at most, under the same key (CON20). A fault leaves what came before it stored; it is thrown as it is.
 */
export async function fetchType(
  session: SyncSession,
  step: TypeStep,
  index: number,
  type: PullType,
): Promise<'done' | 'more'> {
  for (;;) {
    const progress = progressAt(step.sync, index);
    if (isThrough(progress)) {
      if (progress.status === 'succeeded') return 'done';
      step.sync = await commitSync(
        session,
        withType(step.sync, index, { ...progress, status: 'succeeded', cursor: undefined }),
      );
      return 'done';
    }
    if (isLate(session)) return 'more';
    await fetchChunk(session, step, index, type);
  }
}

const isThrough = ({ chunkFromMs, window }: TypeProgress): boolean => chunkFromMs >= window.toMs;

const hasMovedNothing = ({ accepted, updated, deleted, refused }: SyncCounts): boolean =>
  accepted + updated + deleted + refused === 0;

const progressAt = (sync: Sync, index: number): TypeProgress => {
  const progress = sync.types[index];
  assert(progress !== undefined, 'a sync has the type that it fetches');
  return progress;
};

/** One chunk, or as much of it as the time allows. */
async function fetchChunk(
  session: SyncSession,
  step: TypeStep,
  index: number,
  type: PullType,
): Promise<void> {
  const { cursor, ...progress } = progressAt(step.sync, index);
  const chunk = nextChunk({ ...progress, cursor }, type);
  const pages = new GroupedPages(session, step, index, type);
  try {
    for await (const page of type.source.fetchPages(fetchContextOf(session), chunk, cursor)) {
      await pages.add(page);
      if (page.next === undefined) break;
      if (pages.isFull || isLate(session)) await pages.store({ cursor: page.next });
      if (isLate(session)) return;
    }
  } catch (error) {
    if (error instanceof ProviderFault) await pages.storeRest();
    throw error;
  }
  await pages.store({ cursor: undefined, chunkFromMs: chunk.toMs });
}

/** The pages since the last commit. */
class GroupedPages {
  readonly #session: SyncSession;
  readonly #step: TypeStep;
  readonly #index: number;
  readonly #type: PullType;
  #group: PageGroup;
  #pageCount = 0;
  #next: string | undefined;

  constructor(session: SyncSession, step: TypeStep, index: number, type: PullType) {
    this.#session = session;
    this.#step = step;
    this.#index = index;
    this.#type = type;
    this.#group = this.#newGroup();
  }

  get isFull(): boolean {
    return this.#group.isFull;
  }

  async add(
    page: Parameters<PageGroup['addPage']>[0] & { readonly next: string | undefined },
  ): Promise<void> {
    if ((page.next?.length ?? 0) > MAX_CURSOR_CHARS) {
      throw new ProviderFault('malformed', { reason: 'endless_pages' });
    }
    const { counts } = progressAt(this.#step.sync, this.#index);
    await this.#group.addPage(page, `${this.#index}-${counts.pages + this.#pageCount}`);
    this.#pageCount += 1;
    this.#next = page.next;
  }

  /** What came before a fault, with the cursor behind it. */
  async storeRest(): Promise<void> {
    if (!this.#group.isEmpty && this.#next !== undefined) await this.store({ cursor: this.#next });
  }

  async store(to: Pick<TypeProgress, 'cursor'> & Partial<Pick<TypeProgress, 'chunkFromMs'>>): Promise<void> {
    const counts = await this.#group.store();
    const before = progressAt(this.#step.sync, this.#index);
    const progress = { ...before, ...to, counts: addCounts(before.counts, counts) };
    // The row holds every type of the sync: the last group of a type and its end are one write.
    const status = isThrough(progress) ? 'succeeded' : 'running';
    const next = withType({ ...this.#step.sync, stallCount: 0, waitingUntilMs: undefined }, this.#index, {
      ...progress,
      status,
    });
    // A top-up finds nothing new in most types: their ends go along with the next write, and a run that dies
    // before it looks at them again.
    const isQuiet = status === 'succeeded' && hasMovedNothing(counts);
    this.#step.sync = isQuiet ? next : await commitSync(this.#session, next);
    this.#step.isAhead = isQuiet;
    this.#group = this.#newGroup();
    this.#pageCount = 0;
    this.#next = undefined;
  }

  #newGroup(): PageGroup {
    const { syncId, origin, types } = this.#step.sync;
    const pages = types[this.#index]?.counts.pages ?? 0;
    const groupKey = `${syncId}:${this.#index}:${pages}`;
    return new PageGroup(this.#session, this.#type, { syncId, origin, groupKey });
  }
}
