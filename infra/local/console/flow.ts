/** One thing that passed through the local cloud. Names, ids, counts and times only: never a health value. */
export interface FlowEvent {
  /** Rises by one. */
  readonly id: number;
  readonly atMs: number;
  readonly stage: 'ingest' | 'stream' | 'bus' | 'queue' | 'workflow';
  /** What happened, in a few words, such as `POST batch-upsert 200` or `samples.changed.v1`. */
  readonly title: string;
  readonly detail: Readonly<Record<string, string | number>>;
}

/**
 * Counts since the start. At rest they reconcile: every message that the bus or a function sent is deleted
 * once, and every receive beyond the first of a message is a redelivery.
 */
export interface FlowTotals {
  /** Handed to a function that returned; what it reports as failed comes again and counts again. */
  readonly streamRecords: number;
  readonly publishedEvents: number;
  /** By the bus: what functions send by themselves does not pass here. */
  readonly queueSends: number;
  readonly queueReceives: number;
  readonly queueRedeliveries: number;
  readonly queueDeletions: number;
  /** States entered and retries, of all executions of state machines: what AWS bills. */
  readonly stateTransitions: number;
}

export interface QueueState {
  readonly name: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Messages in the queue's dead-letter queue. */
  readonly dead: number;
}

/** What the page needs of the local cloud. */
export interface ConsoleHooks {
  readonly apiUrl: string;
  readonly apiKey: string;
  /** Where the simulated provider clouds answer. */
  readonly simulatorUrl: string | undefined;
  /** Events with an id above `afterId`, oldest first: at most the last few hundred are kept. */
  recentEvents(afterId: number): readonly FlowEvent[];
  queueStates(): Promise<readonly QueueState[]>;
  totals(): FlowTotals;
}
