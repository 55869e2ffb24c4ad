import './page.css';
import {
  isHealthy,
  listMetrics,
  listRollups,
  listUsers,
  type MetricRow,
  type Rollup,
  readState,
  type User,
} from './api.ts';
import { day, element, make, number } from './elements.ts';
import { prepareFlow, showEvents, showQueues } from './flow-view.ts';
import { drawMonth, STATUSES, statusName } from './month-chart.ts';

const REFRESH_MS = 1_000;
const SLOW_REFRESH_EVERY = 5;
/** Users asked for data when the page opens. */
const LOOKED_AT_USERS = 20;

const shown = { userId: '', metric: '', month: '', lastEventId: 0, rollups: '' };

async function showUsers(): Promise<void> {
  const select = element<HTMLSelectElement>('user');
  const users = await listUsers();
  const known = new Set([...select.options].map((option) => option.value));
  for (const user of users)
    if (!known.has(user.id)) select.append(make('option', { value: user.id }, user.externalId));
  if (shown.userId === '' && users.length > 0) {
    shown.userId = await firstWithData(users);
    select.value = shown.userId;
  }
}

/** A newcomer's own user has nothing yet: what was imported is the more telling sight. */
async function firstWithData(users: readonly User[]): Promise<string> {
  for (const user of users.slice(0, LOOKED_AT_USERS)) {
    if ((await listMetrics(user.id)).length > 0) return user.id;
  }
  return '';
}

async function showMetrics(): Promise<void> {
  element('metrics-empty').hidden = shown.userId !== '';
  if (shown.userId === '') return;
  const metrics = await listMetrics(shown.userId);
  element('metrics-empty').hidden = metrics.length > 0;
  if (!metrics.some(({ metric }) => metric === shown.metric)) choose(metrics[0]);
  element('metrics')
    .querySelector('tbody')
    ?.replaceChildren(...metrics.map(metricLine));
}

function metricLine(row: MetricRow): HTMLElement {
  const sources = [...new Set(row.sources.map((source) => source.provider))].join(', ');
  const line = make(
    'tr',
    { 'aria-selected': String(row.metric === shown.metric), tabindex: '0' },
    make('td', {}, `${row.metric} `, make('small', {}, row.unit)),
    make('td', { class: 'number' }, number(row.count)),
    make('td', {}, day(row.first)),
    make('td', {}, day(row.last)),
    make('td', {}, sources),
  );
  line.addEventListener('click', () => {
    choose(row);
    void refresh(true);
  });
  return line;
}

/** Shows the month of the metric's last sample, where there is something to see. */
function choose(row: MetricRow | undefined): void {
  shown.metric = row?.metric ?? '';
  shown.month = (row?.last ?? new Date().toISOString()).slice(0, 7);
}

async function showMonth(): Promise<void> {
  element('month').textContent = shown.month;
  if (shown.userId === '' || shown.metric === '') {
    element('chart').replaceChildren();
    return;
  }
  const last = new Date(
    Date.UTC(Number(shown.month.slice(0, 4)), Number(shown.month.slice(5)), 0),
  ).getUTCDate();
  const rollups = await listRollups(
    shown.userId,
    shown.metric,
    `${shown.month}-01`,
    `${shown.month}-${last}`,
  );
  const fingerprint = JSON.stringify(rollups);
  if (fingerprint === shown.rollups) return;
  shown.rollups = fingerprint;
  element('chart').replaceChildren();
  element('chart').setAttribute('aria-label', `${shown.metric} per day of ${shown.month}`);
  drawMonth(element('chart'), rollups, showDay);
  const newest = rollups.findLast((rollup) => rollup.status !== 'NO_DATA');
  if (newest !== undefined) showDay(newest);
  const counts = STATUSES.map(
    (status) => [status, rollups.filter((rollup) => rollup.status === status).length] as const,
  );
  const items = counts
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
  const figures =
    rollup.status === 'NO_DATA'
      ? 'no data'
      : typeof rollup.sum === 'number'
        ? `${number(rollup.sum, 1)} ${rollup.unit}`
        : `mean ${number(rollup.mean, 1)}, ${number(rollup.min, 1)} to ${number(rollup.max, 1)} ${rollup.unit}`;
  const behind = rollup.behindSeq === undefined ? '' : `, behind seq ${rollup.behindSeq}`;
  const line = `${rollup.date}: ${figures} · ${rollup.status}${behind} · coverage ${number((rollup.coverage ?? 0) * 100)} %`;
  const rows = rollup.sources.map((source) =>
    make(
      'tr',
      {},
      make('td', {}, source.provider),
      make('td', { class: 'number' }, `${number(source.count)} samples`),
      make('td', { class: 'number' }, `counted ${number(source.counted, 1)}`),
      make('td', { class: 'number' }, `set aside ${number(source.setAside, 1)}`),
      make('td', {}, source.setAsideReason ?? ''),
    ),
  );
  element('day').replaceChildren(line, make('table', {}, make('tbody', {}, ...rows)));
}

function turnMonth(by: number): void {
  const [year = 0, month = 1] = shown.month.split('-').map(Number);
  shown.month = new Date(Date.UTC(year, month - 1 + by, 1)).toISOString().slice(0, 7);
  void showMonth();
}

async function showHealth(): Promise<void> {
  const healthy = await isHealthy();
  element('health').dataset['state'] = healthy ? 'ok' : 'down';
  element('health').textContent = healthy ? 'all parts answer' : 'a part is not answering';
}

async function refresh(everything: boolean): Promise<void> {
  const state = await readState(shown.lastEventId);
  showEvents(state.events);
  showQueues(state.queues);
  const newest = state.events.at(-1)?.id;
  shown.lastEventId = newest ?? shown.lastEventId;
  if (!everything && newest === undefined) return;
  await showUsers();
  await showMetrics();
  await showMonth();
}

async function run(): Promise<never> {
  for (let turn = 0; ; turn += 1) {
    const slow = turn % SLOW_REFRESH_EVERY === 0;
    try {
      await refresh(slow);
      if (slow) await showHealth();
    } catch {
      element('health').dataset['state'] = 'down';
      element('health').textContent = 'not answering';
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
}

element('user').addEventListener('change', (event) => {
  shown.userId = (event.target as HTMLSelectElement).value;
  shown.metric = '';
  shown.rollups = '';
  void refresh(true);
});
element('previous').addEventListener('click', () => turnMonth(-1));
element('next').addEventListener('click', () => turnMonth(1));
prepareFlow();
void run();
