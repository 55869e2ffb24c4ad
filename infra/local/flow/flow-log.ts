import type { FlowEvent } from '../console/flow.ts';

/** The last things that passed through, for the console. Ids, counts and times only. */
export interface FlowLog {
  add(stage: FlowEvent['stage'], title: string, detail: FlowEvent['detail']): void;
  /** Events with an id above `afterId`, oldest first. */
  recent(afterId: number): readonly FlowEvent[];
}

/** As many as a page shows. */
const KEPT_COUNT = 400;

export function createFlowLog(): FlowLog {
  const events: FlowEvent[] = [];
  let lastId = 0;
  return {
    add(stage, title, detail) {
      lastId += 1;
      events.push({ id: lastId, atMs: Date.now(), stage, title, detail });
      if (events.length > 2 * KEPT_COUNT) events.splice(0, events.length - KEPT_COUNT);
    },
    recent: (afterId) => events.filter(({ id }) => id > afterId).slice(-KEPT_COUNT),
  };
}
