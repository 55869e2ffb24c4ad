import { listRollups, type Rollup, type RollupSource } from './api.ts';
import { lastDayOf } from './clock.ts';
import { element, make, number } from './elements.ts';
import { drawMonth, STATUSES, statusName } from './month-chart.ts';
import { friendlyUnit } from './units.ts';

export interface MonthChoice {
  readonly userId: string;
  readonly metric: string;
  /** `2016-05`. */
  readonly month: string;
}

/** What is asked for, and what is drawn: an answer that comes after another choice is not. */
const latest = { choice: '', drawn: '' };

/** Draws the month, or says that there is nothing to draw. What is drawn already stays as it is. */
export async function showMonth(choice: MonthChoice): Promise<void> {
  const { userId, metric, month } = choice;
  const asked = `${userId} ${metric} ${month}`;
  latest.choice = asked;
  const isEmpty = userId === '' || metric === '';
  element('month-empty').hidden = !isEmpty;
  element('month-figures').hidden = isEmpty;
  for (const id of ['previous', 'next']) element(id).hidden = isEmpty;
  if (isEmpty) return showNoMonth();
  const rollups = await listRollups(userId, metric, `${month}-01`, `${month}-${lastDayOf(month)}`);
  const drawn = asked + JSON.stringify(rollups);
  if (latest.choice !== asked || latest.drawn === drawn) return;
  latest.drawn = drawn;
  const title = `${metric} per day, ${month}`;
  element('chart').replaceChildren();
  element('chart').setAttribute('aria-label', title);
  drawMonth(element('chart'), rollups, showDay);
  showLegend(rollups);
  const newest = rollups.findLast((rollup) => rollup.status !== 'NO_DATA') ?? rollups[0];
  if (newest !== undefined) showDay(newest);
  element('month-title').textContent = title;
  element('month-unit').textContent = friendlyUnit(rollups[0]?.unit ?? '');
}

function showNoMonth(): void {
  latest.drawn = '';
  element('month-title').textContent = 'A month of days';
  for (const id of ['month-unit', 'chart', 'legend', 'day']) element(id).replaceChildren();
}

function showLegend(rollups: readonly Rollup[]): void {
  const items = STATUSES.map(
    (status) => [status, rollups.filter((rollup) => rollup.status === status).length] as const,
  )
    .filter(([, count]) => count > 0)
    .map(([status, count]) =>
      make(
        'li',
        { style: `--status: var(--${statusName(status)})`, 'data-status': status },
        `${status} ${count}`,
      ),
    );
  element('legend').replaceChildren(...items);
}

function showDay(rollup: Rollup): void {
  const parts = [`${rollup.date}: ${figuresOf(rollup)}`, rollup.status];
  if (rollup.behindSeq !== undefined) parts.push(`behind seq ${rollup.behindSeq}`);
  if (rollup.coverage !== null) parts.push(`coverage ${number(rollup.coverage * 100)} %`);
  const line = make('p', {}, parts.join(' · '));
  element('day').replaceChildren(
    ...(rollup.sources.length > 0 ? [line, sourceTable(rollup.sources)] : [line]),
  );
}

function figuresOf(rollup: Rollup): string {
  if (rollup.status === 'NO_DATA') return 'no data';
  const unit = friendlyUnit(rollup.unit);
  const figures =
    typeof rollup.sum === 'number'
      ? number(rollup.sum, 1)
      : `mean ${number(rollup.mean, 1)}, ${number(rollup.min, 1)} to ${number(rollup.max, 1)}`;
  return `${figures} ${unit}`.trimEnd();
}

const NUMBER = { class: 'number' };

function sourceTable(sources: readonly RollupSource[]): HTMLElement {
  const head = make(
    'tr',
    {},
    make('th', {}, 'source'),
    ...['samples', 'counted', 'set aside'].map((name) => make('th', NUMBER, name)),
    make('th', {}, 'why'),
  );
  const rows = sources.map((source) =>
    make(
      'tr',
      {},
      make('td', {}, source.provider),
      make('td', NUMBER, number(source.count)),
      make('td', NUMBER, number(source.counted, 1)),
      make('td', NUMBER, number(source.setAside, 1)),
      make('td', {}, source.setAsideReason ?? '–'),
    ),
  );
  return make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows));
}
