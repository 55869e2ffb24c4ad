import type { FlowEvent, QueueState } from '../flow.ts';
import { element, make, number } from './elements.ts';

const LANES: Readonly<Record<FlowEvent['stage'], string>> = {
  ingest: 'API',
  stream: 'Stream',
  bus: 'Bus',
  queue: 'Queues',
};
/** What fits the lane. */
const SHOWN_COUNT = 7;

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

/** Puts new events on top of their lanes. */
export function showEvents(events: readonly FlowEvent[]): void {
  for (const event of events) {
    const lane = lanes.get(event.stage);
    if (lane === undefined) continue;
    lane.count += 1;
    const detail = Object.entries(event.detail).map(([name, value]) => `${name} ${value}`);
    const time = new Date(event.atMs).toLocaleTimeString('en-GB');
    lane.list.prepend(make('li', {}, event.title, make('small', {}, [time, ...detail].join(' · '))));
    while (lane.list.childElementCount > SHOWN_COUNT) lane.list.lastElementChild?.remove();
    lane.total.textContent = number(lane.count);
  }
}

export function showQueues(queues: readonly QueueState[]): void {
  const rows = queues.map((queue) =>
    make(
      'tr',
      {},
      make('td', {}, queue.name),
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
