import type { Span, StageSpan, ToldStage } from './model.ts';

const RANK: Readonly<Record<ToldStage, number>> = {
  out_of_bed: 0,
  awake: 1,
  rem: 2,
  deep: 3,
  light: 4,
  asleep: 5,
};

export const isAsleep = ({ stage }: { readonly stage: ToldStage }): boolean =>
  stage !== 'awake' && stage !== 'out_of_bed';

/**
 * One stage for each moment where one source claims several (SLP3): a stage that says how beats `asleep`, then
 * the one that began later, then the shorter one, then a fixed order. It looks at nothing but times and stages,
 * so that order and repetition do not matter. Neighbours of one stage become one.
 */
export function paintStages(claims: readonly StageSpan[]): readonly StageSpan[] {
  const sorted = [...claims].sort((left, right) => left.startMs - right.startMs);
  const edges = [...new Set(claims.flatMap(({ startMs, endMs }) => [startMs, endMs]))].sort(
    (left, right) => left - right,
  );
  const painted: { stage: ToldStage; startMs: number; endMs: number }[] = [];
  let open: StageSpan[] = [];
  let next = 0;
  for (const [index, startMs] of edges.entries()) {
    open = open.filter(({ endMs }) => endMs > startMs);
    for (let claim = sorted[next]; claim !== undefined && claim.startMs <= startMs; claim = sorted[next]) {
      if (claim.endMs > startMs) open.push(claim);
      next += 1;
    }
    const endMs = edges[index + 1];
    const [first, ...others] = open;
    if (first === undefined || endMs === undefined) continue;
    const { stage } = others.reduce((best, claim) => (beats(claim, best) ? claim : best), first);
    const last = painted.at(-1);
    if (last?.stage === stage && last.endMs === startMs) last.endMs = endMs;
    else painted.push({ stage, startMs, endMs });
  }
  return painted;
}

function beats(left: StageSpan, right: StageSpan): boolean {
  const says = ({ stage }: StageSpan) => Number(stage !== 'asleep');
  const order =
    says(left) - says(right) ||
    left.startMs - right.startMs ||
    right.endMs - left.endMs ||
    RANK[right.stage] - RANK[left.stage];
  return order > 0;
}

/** Runs of being awake or up between falling asleep and waking up. */
export function countWakes(stages: readonly StageSpan[], asleep: Span): number {
  let count = 0;
  let wasAwake = false;
  for (const part of stages) {
    const isInside = part.startMs >= asleep.startMs && part.endMs <= asleep.endMs;
    const isAwake = isInside && !isAsleep(part);
    if (isAwake && !wasAwake) count += 1;
    wasAwake = isAwake;
  }
  return count;
}
