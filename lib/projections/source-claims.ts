/**
 * One source's own intervals of a local date, so that overlapping ones count once: intraday records beat
 * the provider's day total, then the higher revision, then the higher seq (SRC3).
 */
import type { LocalDate } from '../core/instants.ts';
import type { Sample } from '../samples/model.ts';
import type { SetAside } from './counted-sample.ts';
import { byNewest, spanOfDate } from './day-samples.ts';
import { DAY_TOTAL_MIN_MS } from './limits.ts';
import { firstEndingAfter, isTouched, lengthOf, type Segment, uniteSegments } from './segments.ts';

/** The part of a sample's interval that lies in the date on the sample's own clock. */
interface Piece extends Segment {
  readonly sample: Sample;
}

export interface Claims {
  /** In order of start, disjoint; one sample may hold several. */
  readonly intervals: readonly { readonly sample: Sample; readonly segments: readonly Segment[] }[];
  /** Records without duration: each counts whole or not at all. */
  readonly instants: readonly Sample[];
}

/** What an interval's share of time is worth; exact when it is all of it. */
export function shareOf(sample: Sample, lengthMs: number): number {
  const durationMs = sample.endMs - sample.startMs;
  if (durationMs <= 0 || lengthMs === durationMs) return sample.value;
  return (sample.value * lengthMs) / durationMs;
}

/** The amount of a sample that lies in the date on its own clock. */
export function amountInDate(date: LocalDate, sample: Sample): number {
  return shareOf(sample, lengthOf([clipToDate(date, sample)]));
}

/**
 * Divides the date's time among the source's records; what loses goes to `aside`. Instants are records of
 * their own (two foods of one meal): they give way to a newer interval around them, never to each other.
 */
export function claimTime(date: LocalDate, samples: readonly Sample[], aside: SetAside[]): Claims {
  const pieces = withoutToldTotals(
    [...samples].sort(byNewest).map((sample) => clipToDate(date, sample)),
    aside,
  );
  const lasting = pieces.filter((piece) => !isInstant(piece));
  const shares = divideTime(lasting);
  const intervals = lasting.map((piece, index) => ({
    sample: piece.sample,
    segments: shares[index] ?? [],
    lostMs: lengthOf([piece]) - lengthOf(shares[index] ?? []),
  }));
  for (const { sample, lostMs } of intervals) {
    if (lostMs > 0) aside.push({ reason: 'overlap_same_source', amount: shareOf(sample, lostMs) });
  }
  const taken = intervals
    .flatMap(({ sample, segments }) => segments.map((segment) => ({ ...segment, sample })))
    .sort(byStart);
  const instants = pieces
    .filter(isInstant)
    .map(({ sample }) => sample)
    .filter((sample) => {
      const around = taken[firstEndingAfter(taken, sample.startMs)];
      const isLost =
        around !== undefined && around.startMs <= sample.startMs && byNewest(around.sample, sample) < 0;
      if (isLost) aside.push({ reason: 'overlap_same_source', amount: sample.value });
      return !isLost;
    });
  return { intervals: intervals.filter(({ segments }) => segments.length > 0), instants };
}

function clipToDate(date: LocalDate, sample: Sample): Piece {
  if (sample.endMs <= sample.startMs) return { startMs: sample.startMs, endMs: sample.startMs, sample };
  const span = spanOfDate(date, sample.offsetMinutes);
  return {
    startMs: Math.max(span.startMs, sample.startMs),
    endMs: Math.min(span.endMs, sample.endMs),
    sample,
  };
}

const isInstant = (piece: Segment): boolean => piece.endMs <= piece.startMs;
const isDayTotal = ({ sample }: Piece): boolean => sample.endMs - sample.startMs >= DAY_TOTAL_MIN_MS;
const byStart = (left: Segment, right: Segment): number => left.startMs - right.startMs;

/**
 * A day total that covers intraday records of its source is set aside whole: the records are the same steps
 * told in detail, and they leave gaps, so that prorating the total into the gaps would count steps twice.
 */
function withoutToldTotals(pieces: readonly Piece[], aside: SetAside[]): readonly Piece[] {
  const intraday = pieces
    .filter((piece) => !isDayTotal(piece))
    .map((piece) => (isInstant(piece) ? { startMs: piece.startMs, endMs: piece.startMs + 1 } : piece))
    .sort(byStart);
  const told = uniteSegments(intraday, []);
  return pieces.filter((piece) => {
    if (!isDayTotal(piece) || !isTouched(told, piece)) return true;
    aside.push({ reason: 'day_total_superseded', amount: shareOf(piece.sample, lengthOf([piece])) });
    return false;
  });
}

/**
 * Gives every moment to the first of `pieces` (newest first) that covers it: a sweep over the sorted
 * boundaries with the open pieces kept in order, the winner last. Returns a list of segments per piece.
 */
function divideTime(pieces: readonly Piece[]): readonly (readonly Segment[])[] {
  const shares: Segment[][] = pieces.map(() => []);
  const arrivals = pieces.map((piece, rank) => ({ ...piece, rank })).sort(byStart);
  const boundaries = [...new Set(pieces.flatMap((piece) => [piece.startMs, piece.endMs]))].sort(
    (left, right) => left - right,
  );
  const open: number[] = [];
  let arrived = 0;
  boundaries.forEach((fromMs, index) => {
    for (let next = arrivals[arrived]; next?.startMs === fromMs; next = arrivals[arrived]) {
      open.splice(insertionPoint(open, next.rank), 0, next.rank);
      arrived += 1;
    }
    while (open.length > 0 && (pieces[open.at(-1) ?? 0]?.endMs ?? 0) <= fromMs) open.pop();
    const winner = open.at(-1);
    const untilMs = boundaries[index + 1];
    if (winner !== undefined && untilMs !== undefined) extend(shares[winner] ?? [], fromMs, untilMs);
  });
  return shares;
}

/** `open` falls from the oldest rank to the newest: where `rank` belongs in it. */
function insertionPoint(open: readonly number[], rank: number): number {
  let low = 0;
  let high = open.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((open[middle] ?? 0) > rank) low = middle + 1;
    else high = middle;
  }
  return low;
}

function extend(segments: Segment[], startMs: number, endMs: number): void {
  const last = segments.at(-1);
  if (last?.endMs === startMs) segments[segments.length - 1] = { startMs: last.startMs, endMs };
  else segments.push({ startMs, endMs });
}
