import type { History } from '../people/history.ts';

export interface Account {
  /** As in `users/{healthUserId}`. */
  readonly healthUserId: string;
  readonly legacyUserId: string;
  readonly history: History;
}

export type Operation = 'list' | 'reconcile' | 'get' | 'rollUp' | 'dailyRollUp';
export type TypeKind = 'interval' | 'sample' | 'daily' | 'exercise' | 'sleep';

/** One data point before it is told. */
export interface Point {
  /** Start of intervals, time of samples, midnight of daily values; what the order goes by. */
  readonly startMs: number;
  /** What filters compare: the start, or the end of a sleep. */
  readonly filterMs: number;
  /** Local date that the point is filed under. */
  readonly date: string;
  /** Set for types whose points can be named. */
  readonly id?: string;
  /** The value under the type's camelCase name. */
  readonly value: () => Readonly<Record<string, unknown>>;
  readonly source?: 'tracker' | 'phone' | 'manual';
}

export interface DataType {
  /** `heart-rate` in addresses. */
  readonly url: string;
  /** `heart_rate` in filters. */
  readonly filter: string;
  /** `heartRate` in JSON. */
  readonly json: string;
  readonly kind: TypeKind;
  readonly scope: string;
  readonly operations: readonly Operation[];
  /** The points of one local date, oldest first. `raw`: also what other sources say of the same time. */
  ofDate(account: Account, date: string, raw: boolean): readonly Point[];
  /** The rolled-up value of a time span inside one local date; undefined when there is nothing in it. */
  rollup?(account: Account, date: string, span: Span): Readonly<Record<string, unknown>> | undefined;
  /** Longest range of a roll-up. */
  readonly rollupDays?: number;
}

/** Minutes of the local day, the end left out. */
export interface Span {
  readonly fromMinute: number;
  readonly toMinute: number;
}
