import type { BlockChange } from '../../contracts/events/samples-changed.v1.ts';
import type { EpochMs } from '../core/instants.ts';
import { bucketStartMs } from '../core/time-buckets.ts';
import { ChangeTally } from './change-tally.ts';
import { type BlockColumns, isTombstone, rowOf } from './codec/block-columns.ts';
import { cutPart, type Piece } from './cut-part.ts';
import { blockName, type StoredBlock } from './model.ts';
import type { OpenPart, PartView } from './open-part.ts';
import { partNameOf } from './part-bounds.ts';
import type { BucketRef } from './work.ts';

interface Context {
  readonly seq: number;
  readonly nowMs: EpochMs;
}

interface Written {
  readonly blocks: readonly StoredBlock[];
  readonly changes: readonly BlockChange[];
}

/**
 * The changed parts of a bucket as blocks to store, with what the event says of them. A part that outgrew
 * its size is cut; a cut is a change of every date that it moves, in the old part and in the new one, and
 * the first part keeps the names of all (ING12).
 */
export function writeParts(
  ref: BucketRef,
  view: readonly PartView[],
  parts: readonly (OpenPart | undefined)[],
  context: Context,
): Written {
  const blocks: StoredBlock[] = [];
  const changes: BlockChange[] = [];
  const newNames: string[] = [];
  for (const part of parts) {
    if (!part?.isChanged) continue;
    const [first, ...others] = cutPart(part.rebuilt(context.nowMs));
    if (first === undefined) continue;
    for (const piece of others) {
      const written = newPart(ref, piece, context);
      newNames.push(written.block.ref.part);
      blocks.push(written.block);
      if (written.change !== undefined) changes.push(written.change);
      markRows(piece.columns, part.tally);
    }
    const block = nextBlock({ ref, view: part.view, piece: first, tally: part.tally }, context);
    blocks.push(block);
    if (!part.tally.isEmpty) changes.push(changeOf(block, part.tally));
  }
  return { blocks: withDirectory(blocks, view, newNames, context), changes };
}

function newPart(
  ref: BucketRef,
  piece: Piece,
  context: Context,
): { readonly block: StoredBlock; readonly change: BlockChange | undefined } {
  const bound = piece.bound ?? { startMs: 0, endMs: 0, recordHash: 0n };
  const name = partNameOf(bucketStartMs(ref.bucket), bound);
  const tally = new ChangeTally();
  markRows(piece.columns, tally);
  const view = { name, bound, stored: undefined, isLoaded: true };
  const block = nextBlock({ ref, view, piece, tally }, context);
  return { block, change: tally.isEmpty ? undefined : changeOf(block, tally) };
}

function nextBlock(
  written: {
    readonly ref: BucketRef;
    readonly view: PartView;
    readonly piece: Piece;
    readonly tally: ChangeTally;
  },
  { seq }: Context,
): StoredBlock {
  const { ref, view, piece, tally } = written;
  const daySeqs: Record<string, number> = { ...view.stored?.daySeqs };
  for (const date of tally.dates()) daySeqs[date] = seq;
  return {
    ref: { ...ref, part: view.name },
    version: (view.stored?.version ?? 0) + 1,
    seq,
    ...summaryOf(piece.columns),
    daySeqs,
    parts: view.stored?.parts ?? [],
    payload: piece.payload,
  };
}

function summaryOf(columns: BlockColumns): Pick<StoredBlock, 'count' | 'firstMs' | 'lastMs'> {
  let count = 0;
  let firstMs: number | undefined;
  let lastMs: number | undefined;
  for (let row = 0; row < columns.count; row += 1) {
    if (isTombstone(columns, row)) continue;
    count += 1;
    firstMs ??= columns.startMs[row];
    lastMs = Math.max(lastMs ?? 0, columns.endMs[row] ?? 0);
  }
  return { count, firstMs: firstMs as EpochMs | undefined, lastMs: lastMs as EpochMs | undefined };
}

/** Adds the names of new parts to the first part, which is written for that alone when nothing else changed it. */
function withDirectory(
  blocks: readonly StoredBlock[],
  view: readonly PartView[],
  newNames: readonly string[],
  { seq }: Context,
): readonly StoredBlock[] {
  if (newNames.length === 0) return blocks;
  const stored = view[0]?.stored;
  const isWritten = blocks.some(({ ref }) => ref.part === '');
  const all =
    isWritten || stored === undefined ? blocks : [...blocks, { ...stored, version: stored.version + 1, seq }];
  return all.map((block) =>
    block.ref.part === '' ? { ...block, parts: [...block.parts, ...newNames].sort() } : block,
  );
}

function markRows(columns: BlockColumns, tally: ChangeTally): void {
  for (let row = 0; row < columns.count; row += 1)
    if (!isTombstone(columns, row)) tally.mark(rowOf(columns, row));
}

function changeOf(block: StoredBlock, tally: ChangeTally): BlockChange {
  const { added, updated, deleted } = tally;
  return {
    metric: block.ref.metric,
    sourceId: block.ref.sourceId,
    block: blockName(block.ref),
    version: block.version,
    ...tally.range,
    dates: tally.dates(),
    counts: { added, updated, deleted },
  };
}
