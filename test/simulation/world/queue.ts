import type { Environment } from './environment.ts';
import type { FunctionHost } from './function-host.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  visibleAtMs: number;
  receiveCount: number;
  isDeleted: boolean;
}

export interface QueueMapping {
  readonly host: FunctionHost;
  readonly batchSize: number;
  /** Workspaces that a body names: what its consumer may touch. */
  readonly workspaceOf: (body: string) => string | undefined;
  /**
   * Reads Lambda's answer: the ids that are to come again. The real mapping takes an answer that it
   * cannot read for success, so nothing here is kinder than that.
   */
  readonly failuresOf: (answer: unknown) => readonly string[];
}

const VISIBILITY_TIMEOUT_MS = 6_000;
const MAX_RECEIVE_COUNT = 12;

/**
 * An SQS standard queue with its event source mapping: at least once, in any order, hidden while in
 * flight, back after the visibility timeout, to the dead-letter queue after too many receives.
 */
export class SimulatedQueue {
  readonly deadLetters: Message[] = [];
  readonly #environment: Environment;
  readonly #mapping: QueueMapping;
  readonly #messages: Message[] = [];
  #sentCount = 0;
  #inFlightBatches = 0;

  constructor(environment: Environment, mapping: QueueMapping) {
    this.#environment = environment;
    this.#mapping = mapping;
  }
  get isEmpty(): boolean {
    return this.#messages.every(({ isDeleted }) => isDeleted) && this.#inFlightBatches === 0;
  }

  send(body: string, delaySec = 0): string {
    const { prng, weather, counters, scheduler } = this.#environment;
    this.#sentCount += 1;
    const id = `message-${this.#sentCount}`;
    const copies = prng.chance(weather().duplicateDelivery) ? 2 : 1;
    counters.duplicateDeliveries += copies - 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delayMs = delaySec * 1_000 + this.#environment.delayMs();
      const visibleAtMs = scheduler.now() + delayMs;
      this.#messages.push({ id: `${id}-${copy}`, body, visibleAtMs, receiveCount: 0, isDeleted: false });
      scheduler.after(delayMs, () => this.#poll());
    }
    return id;
  }

  /** An operator puts dead letters back. */
  redrive(): void {
    for (const { body } of this.deadLetters.splice(0)) this.send(body);
  }

  #poll(): void {
    const { scheduler, prng } = this.#environment;
    const visible = this.#messages.filter((one) => !one.isDeleted && one.visibleAtMs <= scheduler.now());
    if (visible.length === 0) return;
    const batch: Message[] = [];
    const size = 1 + prng.below(this.#mapping.batchSize);
    while (batch.length < size && visible.length > 0) {
      batch.push(...visible.splice(prng.below(visible.length), 1));
    }
    const received = batch.filter((message) => this.#receive(message));
    if (received.length > 0) void this.#deliver(received);
    if (visible.length > 0) scheduler.after(1, () => this.#poll());
  }

  #receive(message: Message): boolean {
    const { scheduler, counters } = this.#environment;
    message.receiveCount += 1;
    if (message.receiveCount > MAX_RECEIVE_COUNT) {
      message.isDeleted = true;
      this.deadLetters.push(message);
      counters.deadLettered += 1;
      return false;
    }
    if (message.receiveCount > 1) counters.redeliveries += 1;
    message.visibleAtMs = scheduler.now() + VISIBILITY_TIMEOUT_MS;
    scheduler.after(VISIBILITY_TIMEOUT_MS, () => this.#poll());
    return true;
  }

  async #deliver(batch: readonly Message[]): Promise<void> {
    const { host, workspaceOf, failuresOf } = this.#mapping;
    this.#inFlightBatches += 1;
    const workspaces = new Set(batch.flatMap(({ body }) => workspaceOf(body) ?? []));
    const invocation = await host.invoke({ Records: batch.map(toRecord) }, { workspaces });
    this.#inFlightBatches -= 1;
    if (invocation.kind === 'failed') return;
    const failed = new Set(failuresOf(invocation.answer));
    for (const message of batch) {
      const { prng, weather, counters } = this.#environment;
      if (failed.has(message.id)) continue;
      if (prng.chance(weather().duplicateDelivery)) counters.duplicateDeliveries += 1;
      else message.isDeleted = true;
    }
  }
}

const toRecord = ({ id, body, receiveCount }: Message) => ({
  messageId: id,
  receiptHandle: `${id}-${receiveCount}`,
  body,
  attributes: { ApproximateReceiveCount: String(receiveCount) },
  messageAttributes: {},
  eventSource: 'aws:sqs',
});

/** What the mapping makes of a handler's answer (Lambda developer guide, "Reporting batch item failures"). */
export function batchItemFailures(answer: unknown): readonly string[] {
  if (typeof answer !== 'object' || answer === null || !('batchItemFailures' in answer)) return [];
  const failures = answer.batchItemFailures;
  return Array.isArray(failures) ? failures.map(({ itemIdentifier }) => String(itemIdentifier)) : [];
}
