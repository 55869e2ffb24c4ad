import type { PutEventsCommandInput, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { Environment } from './environment.ts';

export interface BusTarget {
  readonly detailTypes: readonly string[];
  readonly send: (body: string) => void;
}

/** Every event that the bus took, as it was taken. */
export interface TakenEvent {
  readonly detailType: string;
  readonly detail: string;
}

const MAX_ENTRY_COUNT = 10;
const MAX_ENTRY_BYTES = 256 * 1024;

/** EventBridge: takes or refuses entry by entry, delivers at least once, late, in any order. */
export class SimulatedBus {
  readonly taken: TakenEvent[] = [];
  readonly #environment: Environment;
  readonly #targets: readonly BusTarget[];
  #underWay = 0;

  constructor(environment: Environment, targets: readonly BusTarget[]) {
    this.#environment = environment;
    this.#targets = targets;
  }
  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  putEvents({ Entries = [] }: PutEventsCommandInput): object {
    const bytes = Entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.Detail ?? ''), 0);
    if (Entries.length === 0 || Entries.length > MAX_ENTRY_COUNT || bytes > MAX_ENTRY_BYTES) {
      throw Object.assign(new Error('Total size of the entries in the request is over the limit.'), {
        name: 'ValidationException',
      });
    }
    const results = Entries.map((entry) => this.#take(entry));
    return { Entries: results, FailedEntryCount: results.filter((one) => 'ErrorCode' in one).length };
  }

  #take(entry: PutEventsRequestEntry): { EventId: string } | { ErrorCode: string; ErrorMessage: string } {
    const { prng, weather, counters } = this.#environment;
    if (prng.chance(weather().publishFailure)) {
      counters.publishFailures += 1;
      return { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
    }
    const event = { detailType: entry.DetailType ?? '', detail: entry.Detail ?? '' };
    this.taken.push(event);
    const body = JSON.stringify({
      id: `bus-${this.taken.length}`,
      source: entry.Source,
      'detail-type': event.detailType,
      detail: JSON.parse(event.detail),
    });
    for (const target of this.#targets) {
      if (target.detailTypes.includes(event.detailType)) this.#deliver(target, body);
    }
    return { EventId: `bus-${this.taken.length}` };
  }

  #deliver(target: BusTarget, body: string): void {
    const { prng, weather, counters, scheduler } = this.#environment;
    const copies = prng.chance(weather().duplicateDelivery) ? 2 : 1;
    counters.duplicateDeliveries += copies - 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#underWay += 1;
      scheduler.after(this.#environment.delayMs(), () => {
        this.#underWay -= 1;
        target.send(body);
      });
    }
  }
}
