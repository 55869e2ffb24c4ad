import type { FlowEvent, FlowTotals } from '../console/flow.ts';

/** What passed through, for the console: the last things one by one, all of it as counts. No health values. */
export interface FlowLog {
  add(stage: FlowEvent['stage'], title: string, detail: FlowEvent['detail']): void;
  /** Events with an id above `afterId`, oldest first. */
  recent(afterId: number): readonly FlowEvent[];
  count(what: keyof FlowTotals, by: number): void;
  /** Since this process started. */
  totals(): FlowTotals;
}

/** As many as a page shows. */
const KEPT_COUNT = 400;

export function createFlowLog(): FlowLog {
  const events: FlowEvent[] = [];
  let lastId = 0;
  const totals: Record<keyof FlowTotals, number> = {
    streamRecords: 0,
    publishedEvents: 0,
    queueSends: 0,
    queueReceives: 0,
    queueRedeliveries: 0,
    queueDeletions: 0,
    stateTransitions: 0,
  };
  return {
    count(what, by) {
      totals[what] += by;
    },
    totals: () => ({ ...totals }),
    add(stage, title, detail) {
      lastId += 1;
      events.push({ id: lastId, atMs: Date.now(), stage, title, detail });
      if (events.length > 2 * KEPT_COUNT) events.splice(0, events.length - KEPT_COUNT);
    },
    recent: (afterId) => events.filter(({ id }) => id > afterId).slice(-KEPT_COUNT),
  };
}
