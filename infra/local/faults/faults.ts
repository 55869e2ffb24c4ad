import { createSeeded, seedOf, shuffled } from './seeded.ts';

/** What AWS may do to one delivery, since it promises it at least once and in no order between keys. */
export type DeliveryFault =
  | { readonly kind: 'none' }
  /** The function runs twice with the same events. */
  | { readonly kind: 'duplicate' }
  /** The function runs, but its answer is lost, so that the events come again. */
  | { readonly kind: 'lost-answer' }
  /** The function does not run this time; the events come again. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly delayMs: number };

/** What may happen to one event between the bus and a queue. */
export interface SendFault {
  /** How often it is sent: 1, or 2 for a duplicate. */
  readonly copies: number;
  /** Held back by the queue, so that later ones overtake it. */
  readonly delaySec: number;
  /** The sender is told that it failed: before it was sent, or after (then its repeat is a duplicate). */
  readonly failure: 'none' | 'before' | 'after';
}

/**
 * The fault switch. Every fault is one that AWS's own guarantees allow: nothing that was acknowledged is
 * lost, and records of one key keep their order. Answers of the HTTP API are never lost.
 */
export interface Faults {
  readonly isOn: boolean;
  stream(): DeliveryFault;
  queue(): DeliveryFault;
  /** A task of a state machine, or a tick of a schedule. */
  task(): DeliveryFault;
  bus(): SendFault;
  /** The same members, in another order while the switch is on. */
  reorder<Member>(members: readonly Member[]): readonly Member[];
}

const NO_FAULT: DeliveryFault = { kind: 'none' };
const PLAIN_SEND: SendFault = { copies: 1, delaySec: 0, failure: 'none' };
const MAX_DELAY_MS = 400;
/** Small against the receive count at which a queue gives up: 5 drops in a row are one in 3 million. */
const DROP_SHARE = 0.05;

export const noFaults: Faults = {
  isOn: false,
  stream: () => NO_FAULT,
  queue: () => NO_FAULT,
  task: () => NO_FAULT,
  bus: () => PLAIN_SEND,
  reorder: (members) => members,
};

export function createFaults(seed: string): Faults {
  const next = createSeeded(seedOf(seed));
  const delivery = (): DeliveryFault => {
    const drawn = next();
    if (drawn < DROP_SHARE) return { kind: 'drop' };
    if (drawn < 0.1) return { kind: 'lost-answer' };
    if (drawn < 0.2) return { kind: 'duplicate' };
    if (drawn < 0.35) return { kind: 'delay', delayMs: Math.ceil(next() * MAX_DELAY_MS) };
    return NO_FAULT;
  };
  return {
    isOn: true,
    stream: delivery,
    queue: delivery,
    task: delivery,
    bus: () => {
      const drawn = next();
      if (drawn < 0.03) return { ...PLAIN_SEND, failure: 'before' };
      if (drawn < 0.06) return { ...PLAIN_SEND, failure: 'after' };
      if (drawn < 0.16) return { ...PLAIN_SEND, copies: 2 };
      if (drawn < 0.26) return { ...PLAIN_SEND, delaySec: 1 + Math.floor(next() * 2) };
      return PLAIN_SEND;
    },
    reorder: (members) => shuffled(members, next),
  };
}
