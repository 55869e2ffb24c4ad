import type { Answer, Call, Grant } from './call.ts';

export interface LimitWindow {
  /** What `PUT /control/<cloud>/limits` calls it. */
  readonly name: string;
  /** Requests per window that a fresh simulator allows. */
  readonly limit: number;
  /** The documented number, where a fresh simulator allows more, so that one test run fits into a window. */
  readonly documented?: number;
  readonly windowSec: number;
  readonly per: 'app' | 'user';
  /** True: windows begin at multiples of their length (quarter hours, UTC midnight). False: with the first request. */
  readonly aligned: boolean;
  readonly appliesTo?: (call: Call) => boolean;
}

export interface WindowUsage {
  readonly name: string;
  readonly limit: number;
  /** This request included. */
  readonly used: number;
  readonly windowSec: number;
  readonly resetSec: number;
}

export interface LimitRules {
  readonly windows: readonly LimitWindow[];
  /** Headers of every answer, in the order of `windows`; empty where none are documented. */
  headers(usage: readonly WindowUsage[]): Readonly<Record<string, string>>;
}

export interface Limits {
  /** Counts the request and says which windows it fell into; requests that are refused count too. */
  count(call: Call, nowMs: number): { readonly usage: readonly WindowUsage[]; readonly exceeded: boolean };
  /** Sets limits by name; `{"documented": true}` sets all to the documented ones. Answers what holds now. */
  set(values: Readonly<Record<string, unknown>>): Readonly<Record<string, number>>;
  current(): Readonly<Record<string, number>>;
}

export function createLimits(rules: LimitRules): Limits {
  const limits = new Map(rules.windows.map(({ name, limit }) => [name, limit]));
  const counts = new Map<string, { startSec: number; used: number }>();
  const countOne = (window: LimitWindow, grant: Grant | undefined, nowSec: number): WindowUsage => {
    const key = `${window.name}/${window.per === 'user' ? grant?.id : ''}`;
    const last = counts.get(key);
    const startSec = window.aligned ? nowSec - (nowSec % window.windowSec) : nowSec;
    const over = last === undefined || nowSec >= last.startSec + window.windowSec;
    const entry = over ? { startSec, used: 0 } : last;
    entry.used++;
    counts.set(key, entry);
    const resetSec = Math.ceil(entry.startSec + window.windowSec - nowSec);
    return {
      name: window.name,
      limit: limits.get(window.name) ?? window.limit,
      used: entry.used,
      windowSec: window.windowSec,
      resetSec,
    };
  };
  const current = (): Record<string, number> => Object.fromEntries(limits);
  return {
    current,
    count(call, nowMs) {
      const usage = rules.windows
        .filter(({ appliesTo }) => appliesTo?.(call) ?? true)
        .map((window) => countOne(window, call.grant, nowMs / 1000));
      return { usage, exceeded: usage.some(({ used, limit }) => used > limit) };
    },
    set(values) {
      if (values['documented'] === true)
        for (const { name, documented, limit } of rules.windows) limits.set(name, documented ?? limit);
      for (const { name } of rules.windows) {
        const value = values[name];
        if (typeof value === 'number' && value >= 0) limits.set(name, value);
      }
      counts.clear();
      return current();
    },
  };
}

/** Adds the headers of the limits to an answer. */
export const withHeaders = (answer: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answer,
  headers: { ...headers, ...answer.headers },
});

/** The usage as it is when the shortest windows are used up: what a limit that was reached by others looks like. */
export function usedUp(usage: readonly WindowUsage[]): readonly WindowUsage[] {
  const shortest = Math.min(...usage.map(({ windowSec }) => windowSec));
  return usage.map((one) =>
    one.windowSec === shortest ? { ...one, used: Math.max(one.used, one.limit + 1) } : one,
  );
}
