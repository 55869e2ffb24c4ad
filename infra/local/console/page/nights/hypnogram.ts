import type { StageOfNight } from '../../../../../contracts/http/sleep.ts';
import { span, wornTime } from '../clock.ts';
import { drawing, picture, scale, widthOf } from '../svg.ts';
import { LANES, laneOf } from './stages.ts';

const LANE_HEIGHT = 26;
const AXIS_HEIGHT = 20;
const NAMES_WIDTH = 52;
const HOUR_MS = 3_600_000;
/** A label of the axis, with air. */
const LABEL_WIDTH = 46;

interface Sleep {
  readonly stages: readonly StageOfNight[];
  /** In bed, where the source says, else asleep. */
  readonly start: string;
  readonly end: string;
  readonly zoneOffsetMinutes: number | null;
}

/** Draws the stages over the wearer's clock, a lane each; between them thin lines show the way down and up. */
export function drawHypnogram(container: HTMLElement, sleep: Sleep): void {
  const used = new Set(sleep.stages.map(({ stage }) => laneOf(stage)));
  const lanes = LANES.filter(({ lane }) => lane !== 'asleep' || used.has('asleep'));
  const width = widthOf(container);
  const height = lanes.length * LANE_HEIGHT + AXIS_HEIGHT;
  const x = scale([Date.parse(sleep.start), Date.parse(sleep.end)], [NAMES_WIDTH, width - 6]);
  const y = (stage: StageOfNight['stage']) =>
    lanes.findIndex(({ lane }) => lane === laneOf(stage)) * LANE_HEIGHT;
  const names = lanes.map(({ title }, index) =>
    drawing('text', { x: 0, y: index * LANE_HEIGHT + LANE_HEIGHT / 2 + 4, class: 'axis' }, title),
  );
  const rails = lanes.map((_, index) => {
    const middle = index * LANE_HEIGHT + LANE_HEIGHT / 2;
    return drawing('line', { x1: NAMES_WIDTH, x2: width - 6, y1: middle, y2: middle, class: 'rail' });
  });
  const bars = sleep.stages.map((told) => stageBar(told, sleep.zoneOffsetMinutes, { x, y: y(told.stage) }));
  const label = `Stages from ${wornTime(sleep.start, sleep.zoneOffsetMinutes)} to ${wornTime(sleep.end, sleep.zoneOffsetMinutes)}`;
  container.replaceChildren(
    picture(
      { width, height },
      label,
      ...rails,
      ...names,
      ...hours(sleep, x, { width, height }),
      ...steps(sleep.stages, x, y),
      ...bars,
    ),
  );
}

function stageBar(
  { stage, start, end }: StageOfNight,
  zoneOffsetMinutes: number | null,
  place: { readonly x: (ms: number) => number; readonly y: number },
): SVGElement {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const words = `${stage.replaceAll('_', ' ')} ${wornTime(start, zoneOffsetMinutes)} to ${wornTime(end, zoneOffsetMinutes)}, ${span((to - from) / 60_000)}`;
  const attributes = {
    class: 'stage',
    'data-stage': stage,
    'data-lane': laneOf(stage),
    x: place.x(from),
    y: place.y + 5,
    width: Math.max(1, place.x(to) - place.x(from)),
    height: LANE_HEIGHT - 10,
    rx: 2,
  };
  return drawing('rect', attributes, drawing('title', {}, words));
}

/** From one stage to the next, where they touch. */
function steps(
  stages: readonly StageOfNight[],
  x: (ms: number) => number,
  y: (stage: StageOfNight['stage']) => number,
): readonly SVGElement[] {
  return stages.flatMap((told, index) => {
    const next = stages[index + 1];
    if (next === undefined || next.start !== told.end) return [];
    const at = x(Date.parse(told.end));
    const [from, to] = [y(told.stage), y(next.stage)].map((top) => top + LANE_HEIGHT / 2);
    return [drawing('line', { x1: at, x2: at, y1: from ?? 0, y2: to ?? 0, class: 'step' })];
  });
}

/** Full hours of the wearer's clock, as many as have room. */
function hours(
  sleep: Sleep,
  x: (ms: number) => number,
  { width, height }: { readonly width: number; readonly height: number },
): readonly SVGElement[] {
  const offsetMs = (sleep.zoneOffsetMinutes ?? 0) * 60_000;
  const [start, end] = [Date.parse(sleep.start), Date.parse(sleep.end)];
  const fitting = Math.max(1, Math.floor((width - NAMES_WIDTH) / LABEL_WIDTH));
  const every = [1, 2, 3, 6, 12].find((hour) => (end - start) / (hour * HOUR_MS) <= fitting) ?? 24;
  const stepMs = every * HOUR_MS;
  const drawn: SVGElement[] = [];
  for (let at = Math.ceil((start + offsetMs) / stepMs) * stepMs - offsetMs; at <= end; at += stepMs) {
    const text = wornTime(new Date(at).toISOString(), sleep.zoneOffsetMinutes);
    drawn.push(
      drawing('line', { x1: x(at), x2: x(at), y1: 0, y2: height - AXIS_HEIGHT, class: 'rail' }),
      drawing('text', { x: x(at), y: height - 5, class: 'axis', 'text-anchor': 'middle' }, text),
    );
  }
  return drawn;
}
