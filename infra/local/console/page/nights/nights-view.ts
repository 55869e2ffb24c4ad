import type { Night } from '../../../../../contracts/http/sleep.ts';
import { listMetrics } from '../api.ts';
import { lastDayOf, monthAfter } from '../clock.ts';
import { element, make } from '../elements.ts';
import { getNight, listNights } from '../read-models-api.ts';
import { showNight } from './night-detail.ts';
import { nightStrip } from './night-strip.ts';
import { LANES } from './stages.ts';

const DAY_MS = 86_400_000;
/** How far back the newest night is looked for: one answer's worth. */
const LOOK_BACK_DAYS = 90;

const shown = { userId: '', month: '', date: '', drawn: '' };

export function prepareNights(): void {
  element('nights-legend').replaceChildren(
    ...LANES.map(({ lane, title }) => make('li', { style: `--status: var(--${lane})` }, title)),
  );
  element('nights-previous').addEventListener('click', () => turn(-1));
  element('nights-next').addEventListener('click', () => turn(1));
}

function turn(by: number): void {
  shown.month = monthAfter(shown.month, by);
  shown.date = '';
  void showNights(shown.userId);
}

/** A month of nights with one of them opened: at first the newest. */
export async function showNights(userId: string): Promise<void> {
  if (userId !== shown.userId) Object.assign(shown, { userId, month: '', date: '' });
  if (userId !== '' && shown.month === '') {
    const month = await newestMonth(userId);
    if (userId !== shown.userId) return;
    shown.month = month;
  }
  const { month } = shown;
  element('nights-empty').hidden = month !== '';
  for (const id of ['nights-figures', 'nights-ways', 'nights-legend']) element(id).hidden = month === '';
  if (month === '') return;
  const nights = await listNights(userId, `${month}-01`, `${month}-${lastDayOf(month)}`);
  if (userId !== shown.userId || month !== shown.month) return;
  if (shown.date === '') shown.date = newestOf(nights)?.date ?? `${month}-01`;
  await showChosen(nights);
}

async function showChosen(nights: readonly Night[]): Promise<void> {
  const { userId, month, date } = shown;
  const night = await getNight(userId, date);
  const drawn = JSON.stringify([userId, nights, night, innerWidth]);
  if (userId !== shown.userId || date !== shown.date || drawn === shown.drawn) return;
  shown.drawn = drawn;
  const choose = (chosen: string) => {
    shown.date = chosen;
    for (const button of element('nights-strip').querySelectorAll('button'))
      button.setAttribute('aria-pressed', String(button.dataset['date'] === chosen));
    void showChosen(nights);
  };
  element('nights-month').textContent = month;
  const isFocused = element('nights-strip').matches(':focus-within');
  element('nights-strip').replaceChildren(...nightStrip(nights, date, choose));
  if (isFocused) element('nights-strip').querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
  showNight(element('night'), night);
}

const newestOf = (nights: readonly Night[]): Night | undefined =>
  nights.findLast(({ status }) => status !== 'NO_DATA');

/** The month of the newest night of the last three, else of the newest sample of sleep; '' without any. */
async function newestMonth(userId: string): Promise<string> {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const [from, to] = [day(Date.now() - LOOK_BACK_DAYS * DAY_MS), day(Date.now() + DAY_MS)];
  const recent = newestOf(await listNights(userId, from, to));
  if (recent !== undefined) return recent.date.slice(0, 7);
  const samples = (await listMetrics(userId)).find(({ metric }) => metric === 'sleep_stage');
  return samples?.last?.slice(0, 7) ?? '';
}
