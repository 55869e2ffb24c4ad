import { createHash } from 'node:crypto';
import type { ModelEntry } from './merge-model.ts';

/**
 * Figures of one local date (read-models.md 2 and 3) from all living samples of a metric, minute by minute:
 * no sweep line, no segments. Every time of the simulation is a whole minute, so that a minute is never
 * shared by two owners.
 */
export interface ModelFigures {
  readonly count: number;
  readonly sum: number | undefined;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly firstMs: number;
  readonly firstValue: number;
  readonly lastMs: number;
  readonly lastValue: number;
}

const MINUTE_MS = 60_000;

export type ModelKind = 'sum' | 'point';

interface Counted {
  readonly entry: ModelEntry;
  readonly atMs: number;
  readonly amount: number;
  readonly sourceRank: number;
}

/** `sources` come highest priority first. Undefined: the date has no data. */
export function dayFigures(
  kind: ModelKind,
  date: string,
  entries: readonly ModelEntry[],
  sources: readonly string[],
): ModelFigures | undefined {
  const living = entries.filter(({ isDeleted }) => !isDeleted);
  const counted = kind === 'sum' ? countMinutes(date, living, sources) : countPoints(date, living, sources);
  counted.sort((a, b) => a.atMs - b.atMs || a.sourceRank - b.sourceRank || byOrder(a.entry, b.entry));
  const [first] = counted;
  const last = counted.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const amounts = counted.map(({ amount }) => amount);
  const sum = amounts.reduce((total, amount) => total + amount, 0);
  return {
    count: counted.length,
    sum: kind === 'sum' ? sum : undefined,
    min: Math.min(...amounts),
    max: Math.max(...amounts),
    mean: sum / counted.length,
    firstMs: first.atMs,
    firstValue: first.amount,
    lastMs: last.atMs,
    lastValue: last.amount,
  };
}

const datesByDay = new Map<number, string>();

function localDate(instantMs: number, offsetMinutes: number): string {
  const day = Math.floor((instantMs + offsetMinutes * MINUTE_MS) / (1_440 * MINUTE_MS));
  const known = datesByDay.get(day) ?? new Date(day * 1_440 * MINUTE_MS).toISOString().slice(0, 10);
  datesByDay.set(day, known);
  return known;
}

/** Local dates that a sample's figures belong to. */
export function datesOf(kind: ModelKind, entry: ModelEntry): readonly string[] {
  const dates = new Set([localDate(entry.startMs, entry.offsetMinutes)]);
  if (kind === 'sum') {
    for (let atMs = entry.startMs; atMs < entry.endMs; atMs += MINUTE_MS) {
      dates.add(localDate(atMs, entry.offsetMinutes));
    }
  }
  return [...dates];
}

/** Each minute counts for the newest sample of the first source that covers it. */
function countMinutes(date: string, living: readonly ModelEntry[], sources: readonly string[]): Counted[] {
  const minutes = new Map<ModelEntry, number[]>();
  for (const atMs of minutesOf(living)) {
    const covering = living.filter(
      (entry) => entry.startMs <= atMs && atMs < entry.endMs && localDate(atMs, entry.offsetMinutes) === date,
    );
    const owner = covering.sort(
      (a, b) => sources.indexOf(a.source) - sources.indexOf(b.source) || byNewest(a, b),
    )[0];
    if (owner !== undefined) minutes.set(owner, [...(minutes.get(owner) ?? []), atMs]);
  }
  return Array.from(minutes, ([entry, own]) => ({
    entry,
    atMs: own[0] ?? 0,
    amount: (entry.value * own.length * MINUTE_MS) / (entry.endMs - entry.startMs),
    sourceRank: sources.indexOf(entry.source),
  }));
}

/** Every minute that any of the samples covers, in order. */
function minutesOf(entries: readonly ModelEntry[]): readonly number[] {
  const minutes = new Set<number>();
  for (const { startMs, endMs } of entries) {
    for (let atMs = startMs; atMs < endMs; atMs += MINUTE_MS) minutes.add(atMs);
  }
  return [...minutes].sort((a, b) => a - b);
}

/** In each minute the readings of the first source that has any. */
function countPoints(date: string, living: readonly ModelEntry[], sources: readonly string[]): Counted[] {
  const ofDate = living.filter((entry) => localDate(entry.startMs, entry.offsetMinutes) === date);
  const minuteOf = (entry: ModelEntry) => Math.floor(entry.startMs / MINUTE_MS);
  const rankOf = (entry: ModelEntry) => sources.indexOf(entry.source);
  return ofDate
    .filter((entry) =>
      ofDate.every((other) => minuteOf(other) !== minuteOf(entry) || rankOf(other) >= rankOf(entry)),
    )
    .map((entry) => ({ entry, atMs: entry.startMs, amount: entry.value, sourceRank: rankOf(entry) }));
}

/** The higher revision, then the higher seq, wins an overlap within one source. */
function byNewest(a: ModelEntry, b: ModelEntry): number {
  return (b.revision ?? -1) - (a.revision ?? -1) || b.seq - a.seq || byOrder(a, b);
}

/** For samples that nothing else tells apart: what wins is of no weight, only that it is always the same. */
function byOrder(a: ModelEntry, b: ModelEntry): number {
  return a.startMs - b.startMs || a.endMs - b.endMs || a.offsetMinutes - b.offsetMinutes || byRecord(a, b);
}

function byRecord(a: ModelEntry, b: ModelEntry): number {
  return Buffer.compare(recordHash(a), recordHash(b)) || a.value - b.value;
}

/** No record id sorts first. */
const recordHash = ({ recordId }: ModelEntry): Uint8Array =>
  recordId === undefined ? new Uint8Array(8) : createHash('sha256').update(recordId).digest().subarray(0, 8);
