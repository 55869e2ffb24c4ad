/** Half-open span of time, in epoch milliseconds. An instant is the span of its one millisecond. */
export interface Segment {
  readonly startMs: number;
  readonly endMs: number;
}

/** The union of both, disjoint, in order, touching ones joined. Both lists are in order of start. */
export function uniteSegments(left: readonly Segment[], right: readonly Segment[]): readonly Segment[] {
  const united: { startMs: number; endMs: number }[] = [];
  let leftAt = 0;
  let rightAt = 0;
  for (;;) {
    const fromLeft = left[leftAt];
    const fromRight = right[rightAt];
    const next =
      fromRight === undefined || (fromLeft !== undefined && fromLeft.startMs <= fromRight.startMs)
        ? fromLeft
        : fromRight;
    if (next === undefined) return united;
    if (next === fromLeft) leftAt += 1;
    else rightAt += 1;
    const last = united.at(-1);
    if (last !== undefined && next.startMs <= last.endMs) last.endMs = Math.max(last.endMs, next.endMs);
    else united.push({ startMs: next.startMs, endMs: next.endMs });
  }
}

/** Index of the first of `sorted` (disjoint, in order) that ends after `atMs`. */
export function firstEndingAfter(sorted: readonly Segment[], atMs: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.endMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether any of `sorted` (disjoint, in order) shares time with `segment`. */
export function isTouched(sorted: readonly Segment[], segment: Segment): boolean {
  const candidate = sorted[firstEndingAfter(sorted, segment.startMs)];
  return candidate !== undefined && candidate.startMs < segment.endMs;
}

/** What is left of `segment` outside `sorted` (disjoint, in order). */
export function subtractSegments(segment: Segment, sorted: readonly Segment[]): readonly Segment[] {
  const left: Segment[] = [];
  let fromMs = segment.startMs;
  for (let index = firstEndingAfter(sorted, fromMs); index < sorted.length; index += 1) {
    const taken = sorted[index];
    if (taken === undefined || taken.startMs >= segment.endMs) break;
    if (taken.startMs > fromMs) left.push({ startMs: fromMs, endMs: taken.startMs });
    fromMs = Math.max(fromMs, taken.endMs);
  }
  if (fromMs < segment.endMs) left.push({ startMs: fromMs, endMs: segment.endMs });
  return left;
}

export const lengthOf = (segments: readonly Segment[]): number => {
  let totalMs = 0;
  for (const segment of segments) totalMs += segment.endMs - segment.startMs;
  return totalMs;
};
