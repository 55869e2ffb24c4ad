import type { ListWorkoutSamplesAnswer } from '../../../../../contracts/http/workouts.ts';
import { drawing, picture, roundTicks, scale, widthOf } from '../svg.ts';

const HEIGHT = 200;
const NAMES_WIDTH = 34;
const AXIS_HEIGHT = 22;
/** Half of the last label. */
const RIGHT = 22;
const MINUTE_MS = 60_000;
/** Minutes farther apart are not joined: between them nothing was measured. */
const GAP_MS = 3 * MINUTE_MS;

type Bucket = NonNullable<ListWorkoutSamplesAnswer['series'][number]['buckets']>[number];

/** Draws each minute's mean as a line in the band from its lowest to its highest reading; gaps stay gaps. */
export function drawHeartRate(container: HTMLElement, answer: ListWorkoutSamplesAnswer): void {
  const buckets = answer.series[0]?.buckets ?? [];
  const size = { width: widthOf(container), height: HEIGHT };
  const startMs = Date.parse(answer.start);
  // The last minute may reach over the end.
  const endMs = Math.max(Date.parse(answer.end), ...buckets.map(({ end }) => Date.parse(end)));
  const x = scale([startMs, endMs], [NAMES_WIDTH, size.width - RIGHT]);
  const low = Math.min(...buckets.map(({ min }) => min));
  const high = Math.max(...buckets.map(({ max }) => max));
  const y = scale([low - 3, high + 3], [HEIGHT - AXIS_HEIGHT, 6]);
  const rails = roundTicks(low, high, 4).flatMap((tick) => [
    drawing('line', { class: 'rail', x1: NAMES_WIDTH, x2: size.width - 6, y1: y(tick), y2: y(tick) }),
    drawing('text', { class: 'axis', x: 0, y: y(tick) + 4 }, String(tick)),
  ]);
  const minutes = (endMs - startMs) / MINUTE_MS;
  const times = roundTicks(0, minutes, Math.min(6, size.width / 70, minutes)).map((tick) =>
    drawing(
      'text',
      { class: 'axis', x: x(startMs + tick * MINUTE_MS), y: HEIGHT - 5, 'text-anchor': 'middle' },
      `${Math.round(tick)} min`,
    ),
  );
  const runs = runsOf(buckets);
  const drawn = runs.flatMap((run) => [bandOf(run, x, y), lineOf(run, x, y)]);
  container.replaceChildren(picture(size, 'Heart rate by minute', ...rails, ...times, ...drawn));
}

/** Minutes that follow each other. */
function runsOf(buckets: readonly Bucket[]): readonly (readonly Bucket[])[] {
  const runs: Bucket[][] = [];
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const bucket of buckets) {
    const startMs = Date.parse(bucket.start);
    if (startMs - beforeMs > GAP_MS) runs.push([]);
    runs.at(-1)?.push(bucket);
    beforeMs = startMs;
  }
  return runs;
}

type Place = (value: number) => number;

const middleOf = ({ start, end }: Bucket): number => (Date.parse(start) + Date.parse(end)) / 2;

const pointsOf = (run: readonly Bucket[], x: Place, y: (bucket: Bucket) => number): string[] =>
  run.map((bucket) => `${x(middleOf(bucket)).toFixed(1)},${y(bucket).toFixed(1)}`);

const lineOf = (run: readonly Bucket[], x: Place, y: Place): SVGElement =>
  drawing('polyline', { class: 'pulse', points: pointsOf(run, x, ({ mean }) => y(mean)).join(' ') });

function bandOf(run: readonly Bucket[], x: Place, y: Place): SVGElement {
  const upper = pointsOf(run, x, ({ max }) => y(max));
  const lower = pointsOf(run, x, ({ min }) => y(min));
  return drawing('polygon', { class: 'pulse-band', points: [...upper, ...lower.reverse()].join(' ') });
}
