import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Rollup, Status } from './api.ts';

export const STATUSES: readonly Status[] = ['READY', 'STALE', 'PARTIAL', 'FAILED', 'NO_DATA'];

const color = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
/** light-dark() does not resolve in a custom property: a probe element resolves it. */
function resolved(name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value || color(name);
}

export const statusName = (status: Status): string => status.toLowerCase().replace('_', '-');

let drawn: uPlot | undefined;

/**
 * Draws a bar a day: the sum where there is one, else the mean with its range from min to max. The colour is
 * the day's status; a day without data has no bar. `onDay` is told which day was pointed at or clicked.
 */
export function drawMonth(
  container: HTMLElement,
  rollups: readonly Rollup[],
  onDay: (rollup: Rollup) => void,
): void {
  drawn?.destroy();
  const days = rollups.map((_, index) => index + 1);
  const values = rollups.map((rollup) => rollup.sum ?? rollup.mean ?? null);
  const isSum = rollups.some((rollup) => typeof rollup.sum === 'number');
  const axis = {
    stroke: resolved('muted'),
    grid: { stroke: resolved('line'), width: 1 },
    ticks: { show: false },
  };
  const options: uPlot.Options = {
    width: Math.max(240, container.clientWidth),
    height: 250,
    legend: { show: false },
    cursor: { y: false, points: { show: false } },
    scales: {
      x: { time: false, range: [0.4, days.length + 0.6] },
      y: { range: (_chart, _min, max) => [0, max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        values: (_chart, splits) => splits.map((split) => (Number.isInteger(split) ? String(split) : '')),
      },
      { ...axis, size: 64 },
    ],
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: {
      draw: [(chart) => drawBars(chart, rollups, isSum)],
      setCursor: [
        (chart) => {
          const rollup =
            chart.cursor.idx === null || chart.cursor.idx === undefined
              ? undefined
              : rollups[chart.cursor.idx];
          if (rollup !== undefined) onDay(rollup);
        },
      ],
    },
  };
  const highs = rollups.map((rollup, index) => (isSum ? (values[index] ?? null) : rollup.max));
  drawn = new uPlot(options, [days, highs], container);
}

function drawBars(chart: uPlot, rollups: readonly Rollup[], isSum: boolean): void {
  const { ctx } = chart;
  const width = Math.max(3, (chart.bbox.width / (rollups.length + 1)) * 0.62);
  const y = (value: number) => chart.valToPos(value, 'y', true);
  rollups.forEach((rollup, index) => {
    const x = chart.valToPos(index + 1, 'x', true) - width / 2;
    ctx.fillStyle = resolved(statusName(rollup.status));
    if (isSum && typeof rollup.sum === 'number') {
      ctx.fillRect(x, y(rollup.sum), width, y(0) - y(rollup.sum));
    } else if (rollup.mean !== null && rollup.min !== null && rollup.max !== null) {
      ctx.globalAlpha = 0.3;
      ctx.fillRect(x, y(rollup.max), width, y(rollup.min) - y(rollup.max));
      ctx.globalAlpha = 1;
      ctx.fillRect(x, y(rollup.mean) - 2, width, 4);
    } else {
      ctx.fillRect(x, y(0) - 3, width, 3);
    }
  });
}
