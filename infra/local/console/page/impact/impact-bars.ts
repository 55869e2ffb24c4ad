import type { SessionImpact } from '../../../../../contracts/http/impact.ts';
import { number } from '../elements.ts';
import { drawing, picture, scale } from '../svg.ts';

const HEIGHT = 110;
const COLUMN_WIDTH = 72;
/** Of a column; the mean stands in the rest. */
const BAR_WIDTH = 26;
const WINDOWS = ['before', 'during', 'after'] as const;

/** Three bars from the lowest to the highest reading, with the mean on each; a window without readings has none. */
export function impactBars(impact: SessionImpact): SVGElement {
  const windows = WINDOWS.map((name) => ({ name, figures: impact[name] }));
  const values = windows.flatMap(({ figures }) =>
    [figures?.min, figures?.max].filter((value) => typeof value === 'number'),
  );
  const y = scale([Math.min(...values), Math.max(...values)], [HEIGHT - 24, 6]);
  const columns = windows.flatMap(({ name, figures }, index) => {
    const left = index * COLUMN_WIDTH + 3;
    const title = drawing('text', { class: 'axis', x: left, y: HEIGHT - 5 }, name);
    return figures === null || figures.mean === null ? [title] : [title, ...bar(name, figures, left, y)];
  });
  const width = WINDOWS.length * COLUMN_WIDTH;
  const label = windows.map(({ name, figures }) => `${name} ${number(figures?.mean, 1)}`).join(', ');
  return picture({ width, height: HEIGHT }, `${impact.metric}: ${label}`, ...columns);
}

function bar(
  name: string,
  { mean, min, max, count }: NonNullable<SessionImpact['before']>,
  left: number,
  y: (value: number) => number,
): readonly SVGElement[] {
  const [top, bottom] = [y(max ?? 0), y(min ?? 0)];
  const place = { x: left, width: BAR_WIDTH, rx: 4 };
  const words = `${name}: mean ${number(mean, 1)}, ${number(min, 1)} to ${number(max, 1)}, ${number(count)} readings`;
  const line = y(mean ?? 0);
  return [
    drawing(
      'rect',
      { class: 'spread', 'data-window': name, ...place, y: top, height: Math.max(3, bottom - top) },
      drawing('title', {}, words),
    ),
    drawing('line', { class: 'mean', x1: left - 2, x2: left + BAR_WIDTH + 2, y1: line, y2: line }),
    drawing('text', { class: 'value', x: left + BAR_WIDTH + 5, y: line + 4 }, number(mean, 1)),
  ];
}
