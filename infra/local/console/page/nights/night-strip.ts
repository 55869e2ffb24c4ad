import type { Night } from '../../../../../contracts/http/sleep.ts';
import { span } from '../clock.ts';
import { make } from '../elements.ts';

/** A bar of this many hours fills its place. */
const FULL_MIN = 12 * 60;

/** A bar a night, of its stages; arrow keys go from one to the next. */
export function nightStrip(
  nights: readonly Night[],
  chosenDate: string,
  choose: (date: string) => void,
): readonly HTMLElement[] {
  const buttons = nights.map((night) => {
    const isChosen = night.date === chosenDate;
    const button = make(
      'button',
      {
        type: 'button',
        'aria-pressed': String(isChosen),
        'aria-label': `${night.date}: ${span(night.totalSleepMin)}, ${night.status}`,
        title: `${night.date}: ${night.status === 'NO_DATA' ? 'no data' : span(night.totalSleepMin)}`,
        'data-status': night.status,
        'data-date': night.date,
      },
      make('span', { class: 'bars' }, ...barsOf(night)),
      make('small', {}, String(Number(night.date.slice(8)))),
    );
    button.tabIndex = isChosen ? 0 : -1;
    button.addEventListener('click', () => choose(night.date));
    return button;
  });
  for (const [index, button] of buttons.entries())
    button.addEventListener('keydown', ({ key }) => {
      const to = buttons[index + (key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0)];
      if (to === undefined || to === button) return;
      to.click();
      to.focus();
    });
  return buttons;
}

function barsOf(night: Night): readonly HTMLElement[] {
  const told = [
    ['awake', night.awakeMin],
    ['rem', night.remMin],
    ['light', night.lightMin],
    ['deep', night.deepMin],
    ['asleep', night.unspecifiedMin],
  ] as const;
  const known = told.some(([lane, minutes]) => lane !== 'awake' && minutes !== null);
  const parts = known ? told : ([['asleep', night.totalSleepMin]] as const);
  return parts.flatMap(([lane, minutes]) =>
    minutes === null || minutes === 0
      ? []
      : [make('i', { 'data-lane': lane, style: `height: ${((100 * minutes) / FULL_MIN).toFixed(1)}%` })],
  );
}
