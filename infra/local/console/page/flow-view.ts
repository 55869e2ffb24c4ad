import type { FlowEvent, FlowTotals, QueueState } from '../flow.ts';
import { counted, element, make, number } from './elements.ts';

const LANES: Readonly<Record<FlowEvent['stage'], string>> = {
  ingest: 'API',
  stream: 'Stream',
  bus: 'Bus',
  queue: 'Queues',
  workflow: 'Workflows',
};
/** What fits the lane. */
const SHOWN_COUNT = 6;
const SHOWN_ID_CHARS = 8;

const lanes = new Map<string, { readonly list: HTMLElement; readonly total: HTMLElement; count: number }>();

export function prepareFlow(): void {
  for (const [stage, title] of Object.entries(LANES)) {
    const list = make('ol');
    const total = make('span', {}, '0');
    element('flow').append(
      make('div', { class: 'lane', 'data-stage': stage }, make('h3', {}, title, total), list),
    );
    lanes.set(stage, { list, total, count: 0 });
  }
}

/** Puts events on top of their lanes; `isNew` is false for those that passed before the page opened. */
export function showEvents(events: readonly FlowEvent[], isNew: boolean): void {
  for (const event of events) {
    const lane = lanes.get(event.stage);
    if (lane === undefined) continue;
    if (isNew) lane.count += 1;
    const time = new Date(event.atMs).toLocaleTimeString('en-GB');
    const [title, detail] = wordsOf(event);
    lane.list.prepend(make('li', { title: event.title }, title, make('small', {}, `${time} · ${detail}`)));
    while (lane.list.childElementCount > SHOWN_COUNT) lane.list.lastElementChild?.remove();
    lane.total.textContent = number(lane.count);
  }
  if (events.length === 0) return;
  element('flow-empty').hidden = true;
  element('flow').hidden = false;
}

/** Title and one line of detail, short enough for a lane. */
function wordsOf({ stage, title, detail }: FlowEvent): readonly [string, string] {
  if (stage === 'ingest')
    return [title.replace(/ \d{3}$/, ''), `${detail['status']}, ${size(Number(detail['bytes']))}`];
  if (stage === 'stream') return [title, counted(Number(detail['records']), 'record')];
  if (stage === 'bus') return [title, String(detail['eventId']).slice(0, SHOWN_ID_CHARS)];
  if (stage === 'workflow') return [shortName(title), transitionWords(detail['transitions'])];
  const failed = Number(detail['failed']);
  const messages = counted(Number(detail['messages']), 'message');
  return [shortName(String(detail['queue'])), failed > 0 ? `${messages}, ${failed} failed` : messages];
}

/** A schedule has none. */
const transitionWords = (count: string | number | undefined): string =>
  count === undefined ? 'schedule' : counted(Number(count), 'transition');

const size = (bytes: number): string => (bytes < 1_000 ? `${bytes} B` : `${number(bytes / 1_000)} kB`);

/** `projections` of `headwater-dev-projections`. */
const shortName = (name: string): string => name.replace(/^headwater-[^-]+-/, '');

export function showTotals(totals: FlowTotals): void {
  element('totals').textContent = [
    `Since the start: ${counted(totals.streamRecords, 'stream record')}`,
    counted(totals.publishedEvents, 'event'),
    `${counted(totals.queueSends, 'message')} sent by the bus, ${number(totals.queueReceives)} received (${number(totals.queueRedeliveries)} again), ${number(totals.queueDeletions)} deleted`,
    counted(totals.stateTransitions, 'state transition'),
  ].join(' · ');
}

export function showQueues(queues: readonly QueueState[]): void {
  const rows = queues.map((queue) =>
    make(
      'tr',
      {},
      make('td', { title: queue.name }, shortName(queue.name)),
      ...[queue.visible, queue.inFlight, queue.delayed].map((count) =>
        make('td', { class: 'number' }, number(count)),
      ),
      make('td', { class: queue.dead > 0 ? 'number alarm' : 'number' }, number(queue.dead)),
    ),
  );
  element('queues')
    .querySelector('tbody')
    ?.replaceChildren(...rows);
}
