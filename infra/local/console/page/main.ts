import './page.css';
import './read-models.css';
import {
  isHealthy,
  listMetrics,
  listUsers,
  type MetricRow,
  readConfig,
  readState,
  type User,
} from './api.ts';
import { monthAfter } from './clock.ts';
import { showConnections } from './connections-view.ts';
import { keepUnsentWrites, showDevices } from './devices/devices-view.ts';
import { chosenBy, day, element, make, number } from './elements.ts';
import { prepareFlow, showEvents, showQueues, showTotals } from './flow-view.ts';
import { prepareImpact, showImpact } from './impact/impact-view.ts';
import { showMonth } from './month-view.ts';
import { prepareNights, showNights } from './nights/nights-view.ts';
import { friendlyUnit } from './units.ts';
import { prepareWorkouts, showWorkouts } from './workouts/workouts-view.ts';

const REFRESH_MS = 1_000;
const SLOW_REFRESH_EVERY = 5;
/** Users asked for data when the page opens. */
const LOOKED_AT_USERS = 20;

const shown = { userId: '', metric: '', month: '', lastEventId: 0, isOpened: false, drawn: '' };

async function showUsers(): Promise<void> {
  const select = element<HTMLSelectElement>('user');
  const users = await listUsers();
  const known = new Set([...select.options].map((option) => option.value));
  for (const user of users)
    if (!known.has(user.id)) select.append(make('option', { value: user.id }, user.externalId));
  if (shown.userId === '' && users.length > 0) {
    const found = await firstWithData(users);
    // Somebody may have chosen in the meantime.
    if (shown.userId !== '' || found === '') return;
    shown.userId = found;
    select.value = found;
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
  const { userId } = shown;
  const metrics = userId === '' ? [] : await listMetrics(userId);
  if (userId !== shown.userId) return;
  element('metrics-empty').hidden = metrics.length > 0;
  element('metrics').hidden = metrics.length === 0;
  if (!metrics.some(({ metric }) => metric === shown.metric)) choose(metrics[0]);
  const drawn = JSON.stringify([userId, shown.metric, metrics]);
  if (drawn === shown.drawn) return;
  shown.drawn = drawn;
  const isFocused = element('metrics').matches(':focus-within');
  element('metrics')
    .querySelector('tbody')
    ?.replaceChildren(...metrics.map(metricLine));
  if (isFocused) element('metrics').querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
}

function metricLine(row: MetricRow): HTMLElement {
  const sources = [...new Set(row.sources.map((source) => source.provider))].join(', ');
  const line = make(
    'tr',
    { 'aria-selected': String(row.metric === shown.metric) },
    make('td', {}, ...breakable(row.metric), ' ', make('small', {}, friendlyUnit(row.unit))),
    make('td', { class: 'number' }, number(row.count)),
    make('td', {}, day(row.first)),
    make('td', {}, day(row.last)),
    make('td', {}, sources),
  );
  return chosenBy(line, () => {
    choose(row);
    void refresh(true);
  });
}

/** A metric's name, which may go on in the next line behind each underscore. */
const breakable = (name: string): readonly (Node | string)[] =>
  name.split('_').flatMap((word, index) => (index === 0 ? [word] : ['_', make('wbr', {}), word]));

/** Shows the month of the metric's last sample, where there is something to see. */
function choose(row: MetricRow | undefined): void {
  shown.metric = row?.metric ?? '';
  shown.month = (row?.last ?? new Date().toISOString()).slice(0, 7);
}

function turnMonth(by: number): void {
  shown.month = monthAfter(shown.month, by);
  void showMonth(shown);
}

async function showHealth(): Promise<void> {
  const healthy = await isHealthy();
  element('health').dataset['state'] = healthy ? 'ok' : 'down';
  element('health').textContent = healthy ? 'all parts answer' : 'a part is not answering';
}

async function refresh(everything: boolean): Promise<void> {
  const state = await readState(shown.lastEventId);
  showEvents(state.events, shown.isOpened);
  shown.isOpened = true;
  showQueues(state.queues);
  showTotals(state.totals);
  const newest = state.events.at(-1)?.id;
  shown.lastEventId = newest ?? shown.lastEventId;
  if (!everything && newest === undefined) return;
  await showUsers();
  await showMetrics();
  await showMonth(shown);
  // The one who is named in the list, also before there is data.
  await showConnections(element<HTMLSelectElement>('user').value);
}

const READ_MODELS = [
  ['nights-fault', showNights],
  ['workouts-fault', showWorkouts],
  ['impact-fault', showImpact],
] as const;

/** Nights, workouts and impact of a user; one that cannot be read says so and leaves the others. */
async function showReadModels(userId: string): Promise<void> {
  await Promise.all(
    READ_MODELS.map(async ([place, show]) => {
      const words = await show(userId).then(
        () => '',
        (error: unknown) => `Cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
      element(place).textContent = words;
      element(place).hidden = words === '';
    }),
  );
}

/** The way to the simulated clouds, where they run. */
async function showClouds(): Promise<void> {
  const { simulatorUrl } = await readConfig();
  if (simulatorUrl === undefined) return;
  const link = make('a', { href: simulatorUrl, target: '_blank', rel: 'noreferrer' }, 'Simulated clouds');
  element('ways').append(' ', link);
}

async function run(): Promise<never> {
  for (let turn = 0; ; turn += 1) {
    const slow = turn % SLOW_REFRESH_EVERY === 0;
    try {
      await refresh(slow);
      if (slow) await showHealth();
      if (slow && !document.hidden) await showReadModels(element<HTMLSelectElement>('user').value);
      await showDevices(element<HTMLSelectElement>('user').value, slow);
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
  void refresh(true);
  void showReadModels(shown.userId);
});
element('previous').addEventListener('click', () => turnMonth(-1));
element('next').addEventListener('click', () => turnMonth(1));
prepareFlow();
prepareNights();
prepareWorkouts();
prepareImpact();
keepUnsentWrites();
void showClouds().catch(() => {});
void run();
