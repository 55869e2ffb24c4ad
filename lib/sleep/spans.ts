import type { Span } from './model.ts';

export const lengthOf = ({ startMs, endMs }: Span): number => endMs - startMs;

export const overlaps = (left: Span, right: Span): boolean =>
  left.startMs < right.endMs && right.startMs < left.endMs;

export const bySpan = (left: Span, right: Span): number =>
  left.startMs - right.startMs || left.endMs - right.endMs;

/** The part inside `bounds`; undefined when there is none. */
export function clip<Part extends Span>(part: Part, bounds: Span): Part | undefined {
  const startMs = Math.max(part.startMs, bounds.startMs);
  const endMs = Math.min(part.endMs, bounds.endMs);
  return endMs > startMs ? { ...part, startMs, endMs } : undefined;
}

/** What of `part` lies in none of `holes`, which are in order and without overlap. */
export function subtract<Part extends Span>(part: Part, holes: readonly Span[]): readonly Part[] {
  const kept: Part[] = [];
  let startMs = part.startMs;
  for (const hole of holes) {
    if (hole.endMs <= startMs) continue;
    if (hole.startMs >= part.endMs) break;
    if (hole.startMs > startMs) kept.push({ ...part, startMs, endMs: hole.startMs });
    startMs = hole.endMs;
  }
  if (startMs < part.endMs) kept.push({ ...part, startMs });
  return kept;
}

/** The moments that any of the spans covers, in order and without overlap; spans that touch become one. */
export function union(spans: readonly Span[]): readonly Span[] {
  const joined: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of [...spans].sort(bySpan)) {
    const last = joined.at(-1);
    if (last === undefined || startMs > last.endMs) joined.push({ startMs, endMs });
    else last.endMs = Math.max(last.endMs, endMs);
  }
  return joined;
}

export const totalLength = (spans: readonly Span[]): number =>
  spans.reduce((sum, span) => sum + lengthOf(span), 0);

/** From the first start to the last end; undefined of none. */
export function hullOf(spans: readonly Span[]): Span | undefined {
  const [first, ...others] = spans;
  if (first === undefined) return undefined;
  return others.reduce<Span>(
    (hull, span) => ({
      startMs: Math.min(hull.startMs, span.startMs),
      endMs: Math.max(hull.endMs, span.endMs),
    }),
    { startMs: first.startMs, endMs: first.endMs },
  );
}
