import type { BlockChange } from '../../contracts/events/samples-changed.v1.ts';
import { LEDGER_DAYS } from '../../contracts/limits.ts';
import type { RequestId } from '../../contracts/primitives/ids.ts';
import { jitteredDelayMs } from '../core/backoff.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS, type EpochMs } from '../core/instants.ts';
import type { Randomness } from '../core/randomness.ts';
import { AppError } from '../problems/app-error.ts';
import type { HeadStore } from './head-store.ts';
import { COMMIT_BACKOFF, MAX_COMMIT_TRIES } from './limits.ts';
import { type BlockSummary, blockName, type Head, type StoredBlock, type UserScope } from './model.ts';
import type { BlockReader, SampleStore } from './sample-store.ts';

export interface EraseProviderDependencies {
  readonly store: SampleStore;
  readonly reader: Pick<BlockReader, 'listBlocks'>;
  readonly heads: Pick<HeadStore, 'load'>;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** The payload of no rows. */
  readonly emptyPayload: Uint8Array;
}

/** Blocks of one transaction: ledger, head and change entry beside them (DynamoDB takes 100 items). */
const BLOCKS_PER_COMMIT = 90;
const ALL_BUCKETS = { fromBucket: '0000', toBucket: '9999' } as const;

/**
 * Empties every block of the provider's sources (ING16), and answers how many samples went. Blocks are
 * rewritten without rows and without tombstones, so that the same samples may come again after a new consent;
 * each commit is a change like any other, and the rollups follow. Safe to repeat: an empty block is passed over.
 * Throws AppError user.not_found, ingest.contention.
 */
export async function eraseProviderSamples(
  deps: EraseProviderDependencies,
  scope: UserScope,
  provider: string,
  correlationId: string,
): Promise<number> {
  const head = await deps.heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) throw userGone();
  let erasedCount = 0;
  for (const [metric, series] of Object.entries(head.series)) {
    const sourceIds = new Set(
      Object.keys(series).filter((sourceId) => head.sources[sourceId]?.provider === provider),
    );
    if (sourceIds.size === 0) continue;
    const blocks = await deps.reader.listBlocks(scope, { metric, ...ALL_BUCKETS });
    const names = blocks
      .filter((block) => sourceIds.has(block.ref.sourceId) && !isEmptied(block))
      .map(({ ref }) => ref);
    for (let from = 0; from < names.length; from += BLOCKS_PER_COMMIT) {
      const refs = names.slice(from, from + BLOCKS_PER_COMMIT);
      erasedCount += await emptyBlocks(deps, scope, refs, { provider, correlationId });
    }
  }
  return erasedCount;
}

const userGone = (): AppError => new AppError('user.not_found', 'There is no user by this id.');

/** Nothing lives there; a tombstone that stays behind keeps no value. */
const isEmptied = ({ count }: BlockSummary): boolean => count === 0;

async function emptyBlocks(
  deps: EraseProviderDependencies,
  scope: UserScope,
  refs: readonly StoredBlock['ref'][],
  said: { readonly provider: string; readonly correlationId: string },
): Promise<number> {
  for (let round = 1; round <= MAX_COMMIT_TRIES; round += 1) {
    const nowMs = deps.clock.now();
    const requestId = `erase.${said.provider}.${blockHash(refs)}.${nowMs}.${round}` as RequestId;
    const { head, blocks } = await deps.store.load(scope, requestId, refs);
    if (head === undefined || head.erasedAtMs !== undefined) throw userGone();
    const living = [...blocks.values()].filter((block) => !isEmptied(block));
    if (living.length === 0) return 0;
    const outcome = await deps.store.commit(
      scope,
      toCommit(deps, { head, living, requestId, nowMs }, said.correlationId),
    );
    if (outcome === 'erased') throw userGone();
    if (outcome === 'committed') return living.reduce((sum, { count }) => sum + count, 0);
    await deps.clock.sleep(jitteredDelayMs(round, COMMIT_BACKOFF, deps.randomness));
  }
  throw new AppError('ingest.contention', 'other writers of this user were faster each time', {
    retryAfterSec: 2,
  });
}

/** Enough to tell the commits of one moment apart. */
const blockHash = (refs: readonly StoredBlock['ref'][]): string =>
  `${refs[0]?.metric ?? ''}.${refs[0]?.bucket ?? ''}.${refs[0]?.sourceId ?? ''}.${refs.length}`;

function toCommit(
  { emptyPayload }: EraseProviderDependencies,
  {
    head,
    living,
    requestId,
    nowMs,
  }: {
    readonly head: Head;
    readonly living: readonly StoredBlock[];
    readonly requestId: RequestId;
    readonly nowMs: EpochMs;
  },
  correlationId: string,
): Parameters<SampleStore['commit']>[1] {
  const seq = head.seq + 1;
  const row = {
    payloadHash: requestId,
    expiresAtMs: (nowMs + LEDGER_DAYS * DAY_MS) as EpochMs,
    state: 'answered' as const,
    status: 200 as const,
    answer: { inline: '{}' },
  };
  return {
    requestId,
    ledger: { row, replaces: 'nothing' },
    advance: {
      readHead: { seq: head.seq, settingsVersion: head.settingsVersion },
      head: { ...head, seq, series: withoutCounts(head.series, living) },
      change: {
        kind: 'samples',
        seq,
        committedAtMs: nowMs,
        correlationId,
        requestId,
        origin: 'live',
        changes: living.map((block) => toChange(block)),
      },
      blocks: living.map((block) => ({
        ...block,
        version: block.version + 1,
        seq,
        count: 0,
        firstMs: undefined,
        lastMs: undefined,
        daySeqs: Object.fromEntries(Object.keys(block.daySeqs).map((date) => [date, seq])),
        payload: emptyPayload,
      })),
    },
  };
}

const toChange = (block: StoredBlock): BlockChange => ({
  metric: block.ref.metric,
  sourceId: block.ref.sourceId,
  block: blockName(block.ref),
  version: block.version + 1,
  fromMs: block.firstMs ?? 0,
  toMs: block.lastMs ?? 0,
  dates: Object.keys(block.daySeqs),
  counts: { added: 0, updated: 0, deleted: block.count },
});

function withoutCounts(series: Head['series'], living: readonly StoredBlock[]): Head['series'] {
  const next: Record<
    string,
    Readonly<Record<string, { count: number; units: Readonly<Record<string, number>> }>>
  > = {
    ...series,
  };
  for (const { ref, count } of living) {
    const known = next[ref.metric]?.[ref.sourceId];
    if (known === undefined) continue;
    const left = { ...known, count: Math.max(0, known.count - count) };
    next[ref.metric] = { ...next[ref.metric], [ref.sourceId]: left };
  }
  return next;
}
