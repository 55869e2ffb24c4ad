import type { NightDetail } from '../../../../../contracts/http/sleep.ts';
import { span, wornDayAndTime, wornTime } from '../clock.ts';
import { counted, facts, make, number } from '../elements.ts';
import { sourceName } from '../read-models-api.ts';
import { drawHypnogram } from './hypnogram.ts';

/** Codes of contracts/http/sleep.ts in words. */
const REASONS: Readonly<Record<string, string>> = {
  lower_priority: 'another source comes first',
  too_little_told: 'it tells too little of the night',
  same_sleep: 'the same sleep as another source tells it',
  overlap_same_source: 'overlaps what the same source tells',
  record_counts: 'the session of the same source counts',
  totals_contradict: 'its totals contradict its stages',
  too_many: 'more than one night can hold',
};

/** Everything that is known of one night: hypnogram, figures, naps, and what each source told. */
export function showNight(container: HTMLElement, night: NightDetail): void {
  if (night.status === 'NO_DATA') {
    container.replaceChildren(
      heading(night),
      make('p', { class: 'empty' }, 'No data: nobody told of sleep.'),
    );
    return;
  }
  const chart = make('div', { class: 'hypnogram' });
  const naps = night.naps.map((nap) => napLine(nap));
  container.replaceChildren(
    heading(night),
    chart,
    figuresOf(night),
    ...(naps.length > 0 ? [make('h3', { class: 'part' }, 'Naps'), ...naps.map(({ line }) => line)] : []),
    sourceTable(night),
  );
  const [start, end] = [night.inBedStart ?? night.sleepStart, night.inBedEnd ?? night.sleepEnd];
  if (start === null || end === null) chart.replaceWith(make('p', { class: 'empty' }, 'Naps alone.'));
  else if (night.stages.length === 0)
    chart.replaceWith(make('p', { class: 'empty' }, 'Its source tells totals and no stages.'));
  else drawHypnogram(chart, { stages: night.stages, start, end, zoneOffsetMinutes: night.zoneOffsetMinutes });
  for (const { nap, chart: place } of naps) if (nap.stages.length > 0) drawHypnogram(place, nap);
}

function heading(night: NightDetail): HTMLElement {
  const source = night.source === null ? [] : [sourceName(night.source)];
  const behind = night.behindSeq === undefined ? [] : [`behind seq ${night.behindSeq}`];
  const words = [`evening of ${night.eveningDate}`, ...source, ...behind, ...reasonOf(night)];
  return make(
    'p',
    { class: 'line' },
    make('strong', {}, `Night to ${night.date}`),
    ' ',
    make('span', { class: 'badge', 'data-status': night.status }, night.status),
    ` ${words.join(' · ')}`,
  );
}

const reasonOf = ({ reason }: NightDetail): readonly string[] => (reason === undefined ? [] : [reason]);

function figuresOf(night: NightDetail): HTMLElement {
  const clock = (instant: string) => wornTime(instant, night.zoneOffsetMinutes);
  const hours = (start: string | null, end: string | null) =>
    start === null || end === null ? '–' : `${clock(start)} to ${clock(end)}`;
  return facts([
    ['asleep', hours(night.sleepStart, night.sleepEnd)],
    ['in bed', hours(night.inBedStart, night.inBedEnd)],
    ['sleep', span(night.totalSleepMin)],
    ['REM', span(night.remMin)],
    ['deep', span(night.deepMin)],
    ['light', span(night.lightMin)],
    ['awake', span(night.awakeMin)],
    ...(night.unspecifiedMin === null ? [] : ([['unspecified', span(night.unspecifiedMin)]] as const)),
    ['to fall asleep', span(night.latencyMin)],
    ['woke', night.wakeCount === null ? '–' : counted(night.wakeCount, 'time')],
    ['efficiency', night.efficiencyPct === null ? '–' : `${number(night.efficiencyPct)} %`],
    ['coverage', night.coverage === null ? '–' : `${number(night.coverage * 100)} %`],
  ]);
}

type Nap = NightDetail['naps'][number];

function napLine(nap: Nap): { readonly nap: Nap; readonly line: HTMLElement; readonly chart: HTMLElement } {
  const chart = make('div', { class: 'hypnogram' });
  const words = `${wornDayAndTime(nap.start, nap.zoneOffsetMinutes)} to ${wornTime(nap.end, nap.zoneOffsetMinutes)}: ${span(nap.totalSleepMin)} asleep · ${sourceName(nap.source)}`;
  return { nap, chart, line: make('div', { class: 'nap' }, make('p', { class: 'line' }, words), chart) };
}

/** What of each source counts, and what is kept aside and why. */
function sourceTable(night: NightDetail): HTMLElement {
  const names = new Map(night.sources.map((source) => [source.sourceId, sourceName(source)]));
  const clock = ({ start, end }: { readonly start: string; readonly end: string }) =>
    `${wornTime(start, night.zoneOffsetMinutes)} to ${wornTime(end, night.zoneOffsetMinutes)}`;
  const rows = night.explain.map(({ sourceId, used, setAside }) =>
    make(
      'tr',
      {},
      make('td', {}, names.get(sourceId) ?? sourceId.slice(0, 8)),
      make('td', {}, used.map((part) => `${part.as} ${clock(part)}`).join(', ') || '–'),
      make(
        'td',
        {},
        setAside.map((part) => `${clock(part)}: ${REASONS[part.reason] ?? part.reason}`).join('; ') || '–',
      ),
    ),
  );
  const head = ['source', 'used as', 'kept aside'].map((name) => make('th', {}, name));
  return make(
    'table',
    { class: 'worded' },
    make('thead', {}, make('tr', {}, ...head)),
    make('tbody', {}, ...rows),
  );
}
