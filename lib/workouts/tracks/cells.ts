/**
 * A way as a set of grid cells of about 100 m, kept as a sketch of the smallest hashes, so that two ways can be
 * compared without opening them. Size and step: a walk crosses a cell in about a minute, and the error of a
 * receiver (3-10 m) rarely leaves it.
 */

/** 100 m of latitude. */
const CELL_DEGREES = 0.0009;
/** Of so many cells the share of common ones is known to about 3 points (standard error of a bottom-k sketch). */
const MAX_CELL_COUNT = 256;
/** Between two points nearer than this the way is taken as straight; farther apart it is not known. */
const MAX_STRAIGHT_DEGREES = 0.005;
/** Half a cell, so that a straight stretch misses none that it crosses for long. */
const STEP_DEGREES = CELL_DEGREES / 2;
/** Rows nearer to a pole than this have columns as wide as there: longitude means little. */
const MIN_COSINE = 0.01;
const HASH_SPAN = 2 ** 32;

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** The sketch of a way: at most 256 unsigned 32-bit hashes, rising, each once. Empty for a way without points. */
export function cellsOf(way: Iterable<Place>): readonly number[] {
  const cells = new Set<number>();
  let before: Place | undefined;
  for (const place of way) {
    for (const each of between(before, place)) cells.add(cellOf(each));
    cells.add(cellOf(place));
    before = place;
  }
  return [...cells].sort((left, right) => left - right).slice(0, MAX_CELL_COUNT);
}

/**
 * The share of the shorter way that the longer one also passes, 0 to 1, from two sketches; symmetric, 0 when one
 * is empty. Exact below 256 cells (about 20 km), an estimate above.
 */
export function trackOverlap(left: readonly number[], right: readonly number[]): number {
  if (left.length === 0 || right.length === 0) return 0;
  const isWhole = left.length < MAX_CELL_COUNT && right.length < MAX_CELL_COUNT;
  // Beyond its last hash a cut sketch says nothing: only what both would hold is compared.
  const { common, seen } = compareSketches(left, right, isWhole ? Number.POSITIVE_INFINITY : MAX_CELL_COUNT);
  if (isWhole) return common / Math.min(left.length, right.length);
  const similarity = common / seen;
  const [small, large] = [countOf(left), countOf(right)].sort((one, other) => one - other);
  if (small === undefined || large === undefined) return 0;
  return Math.min(1, (similarity * (small + large)) / (1 + similarity) / small);
}

/** Of the `limit` smallest hashes of both, how many there are, and how many both have: one walk through each. */
function compareSketches(
  left: readonly number[],
  right: readonly number[],
  limit: number,
): { readonly common: number; readonly seen: number } {
  let [common, seen, at, other] = [0, 0, 0, 0];
  while (seen < limit && (at < left.length || other < right.length)) {
    const one = left[at] ?? Number.POSITIVE_INFINITY;
    const two = right[other] ?? Number.POSITIVE_INFINITY;
    if (one === two) common += 1;
    if (one <= two) at += 1;
    if (two <= one) other += 1;
    seen += 1;
  }
  return { common, seen };
}

/** How many cells a sketch stands for: of k smallest hashes the greatest tells how dense they lie. */
const countOf = (cells: readonly number[]): number =>
  cells.length < MAX_CELL_COUNT
    ? cells.length
    : ((cells.length - 1) * HASH_SPAN) / Math.max(1, cells.at(-1) ?? 1);

function* between(from: Place | undefined, to: Place): Generator<Place> {
  if (from === undefined) return;
  const latitude = to.latitude - from.latitude;
  const longitude = to.longitude - from.longitude;
  const degrees = Math.max(Math.abs(latitude), Math.abs(longitude));
  if (degrees > MAX_STRAIGHT_DEGREES) return;
  const stepCount = Math.ceil(degrees / STEP_DEGREES);
  for (let step = 1; step < stepCount; step += 1) {
    const share = step / stepCount;
    yield { latitude: from.latitude + share * latitude, longitude: from.longitude + share * longitude };
  }
}

function cellOf({ latitude, longitude }: Place): number {
  const row = Math.floor(latitude / CELL_DEGREES);
  const cosine = Math.max(MIN_COSINE, Math.cos((row * CELL_DEGREES * Math.PI) / 180));
  const column = Math.floor(longitude / (CELL_DEGREES / cosine));
  return mix(Math.imul(row, 0x9e3779b1) ^ mix(column));
}

/** The finaliser of MurmurHash3 (public domain): every bit of the input reaches every bit of the output. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
