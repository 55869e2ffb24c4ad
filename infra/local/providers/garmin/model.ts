import type { History } from '../people/history.ts';
import { offsetSec } from '../people/zones.ts';

/** Fields of a summary besides userId and summaryId, which all have. */
export interface Summary {
  readonly summaryId: string;
  /** What backfill selects by; left out of the answer. */
  readonly startSec: number;
  /** Local date that decides which upload it belongs to. */
  readonly date: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The account of one person at Garmin. */
export interface Account {
  readonly userId: string;
  readonly history: History;
}

export const sec = (ms: number): number => Math.floor(ms / 1000);

/** `startTimeInSeconds` and its offset, as most summaries have them. */
export function startFields(account: Account, startMs: number) {
  return {
    startTimeInSeconds: sec(startMs),
    startTimeOffsetInSeconds: offsetSec(account.history.person.zone, startMs),
  };
}

/** `x153a9f3-6556b500`: the same for every version of a summary. */
export const summaryIdOf = (account: Account, kind: string, startMs: number): string =>
  `x${account.userId.slice(0, 7)}-${sec(startMs).toString(16)}${kind === '' ? '' : `-${kind}`}`;
