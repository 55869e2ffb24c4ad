import type { SessionImpact } from '../../../../../contracts/http/impact.ts';
import { span } from '../clock.ts';
import { make, number, signed } from '../elements.ts';
import { friendlyUnit } from '../units.ts';
import { impactBars } from './impact-bars.ts';

const MINUTE_MS = 60_000;

/** A session against the hours around it, in times of this browser: a session has no zone of its own. */
export function sessionCard(impact: SessionImpact, productName: string): HTMLElement {
  const minutes = (Date.parse(impact.endedAt) - Date.parse(impact.startedAt)) / MINUTE_MS;
  // Of all languages Swedish writes dates as ISO does.
  const start = new Date(impact.startedAt).toLocaleString('sv-SE').slice(0, 16);
  const unit = friendlyUnit(impact.unit);
  return make(
    'li',
    { class: 'impact', 'data-session': impact.sessionId, 'data-reliable': String(impact.isReliable) },
    make(
      'p',
      { class: 'line' },
      make('strong', {}, productName),
      make('span', { class: 'when' }, `${start}, ${span(minutes)}`),
    ),
    figureOf(impact),
    make('p', { class: 'line' }, `during ${delta(impact.deltaDuring, impact.deltaDuringPct, unit)}`),
    make('p', { class: 'line' }, `after ${delta(impact.deltaAfter, impact.deltaAfterPct, unit)}`),
    make('p', { class: 'line muted' }, coverageWords(impact)),
    make(
      'p',
      { class: 'line' },
      make('span', { class: 'badge', 'data-status': impact.status }, impact.status),
      impact.isReliable ? ' reliable' : ' not reliable: too few readings',
      impact.reason === undefined ? '' : ` · ${impact.reason}`,
    ),
  );
}

function figureOf(impact: SessionImpact): Node {
  const hasReadings = [impact.before, impact.during, impact.after].some((window) => (window?.count ?? 0) > 0);
  return hasReadings ? impactBars(impact) : make('p', { class: 'empty' }, 'No readings around it.');
}

const delta = (value: number | null, percent: number | null, unit: string): string =>
  value === null ? '–' : `${signed(value)} ${unit} (${percent === null ? '–' : `${signed(percent)}\u00a0%`})`;

const coverageWords = ({ before, during, after }: SessionImpact): string =>
  `coverage ${[before, during, after]
    .map((window) => (window === null ? '–' : `${number(window.coverage * 100)}\u00a0%`))
    .join(', ')}`;
