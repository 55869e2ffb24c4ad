/** The heart rate of a person, read from any time on without holding more than one day of it. */
import type { History } from '../people/history.ts';
import { addDays, localDate, localMs } from '../people/zones.ts';
import { utcText } from './model.ts';

export interface Beat {
  readonly atMs: number;
  readonly bpm: number;
  readonly source: 'awake' | 'rest' | 'sleep' | 'workout';
}

const STEP_MIN = 5;
const MINUTE_MS = 60_000;
/** Extra records lie within what one request may ask for. */
const LOAD_SPAN_SEC = 29 * 86_400;

/** `count` extra records that end at `untilMs`; they take the place of the measured ones of that time. */
export interface BeatLoad {
  readonly count: number;
  readonly untilMs: number;
}

const stepMs = ({ count }: BeatLoad): number => Math.max(1, Math.floor(LOAD_SPAN_SEC / count)) * 1000;

/** In order of time, from `fromMs` (included) to `toMs` (excluded). */
export function* beats(
  history: History,
  load: BeatLoad | undefined,
  fromMs: number,
  toMs: number,
): Generator<Beat> {
  if (load === undefined || load.count === 0) return yield* measured(history, fromMs, toMs);
  const step = stepMs(load);
  const startMs = load.untilMs - load.count * step;
  yield* measured(history, fromMs, Math.min(toMs, startMs));
  const first = Math.max(0, Math.ceil((fromMs - startMs) / step));
  for (let index = first; index < load.count; index += 1) {
    const atMs = startMs + index * step;
    if (atMs >= toMs) return;
    yield { atMs, bpm: 48 + ((index * 7919) % 97), source: 'awake' };
  }
  yield* measured(history, Math.max(fromMs, load.untilMs), toMs);
}

function* measured(history: History, fromMs: number, toMs: number): Generator<Beat> {
  if (fromMs >= toMs) return;
  const { zone } = history.person;
  const last = localDate(zone, toMs);
  const sourceAt = sources(history);
  for (let date = localDate(zone, fromMs); date <= last; date = addDays(date, 1)) {
    const minutes = history.dates(date, date).length === 0 ? undefined : history.minutes(date);
    if (minutes === undefined) continue;
    // A day on which the clocks go forward is shorter than its minutes.
    const endMs = Math.min(toMs, localMs(zone, addDays(date, 1), 0));
    for (let minute = 0; minute < minutes.heartRate.length; minute += STEP_MIN) {
      const bpm = minutes.heartRate[minute] ?? 0;
      const atMs = minutes.startMs + minute * MINUTE_MS;
      if (bpm > 0 && atMs >= fromMs && atMs < endMs) yield { atMs, bpm, source: sourceAt(atMs) };
    }
  }
}

function sources(history: History): (atMs: number) => Beat['source'] {
  const sleeps = history.sleeps();
  const workouts = history.workouts();
  const holds = (atMs: number) => (span: { readonly startMs: number; readonly endMs: number }) =>
    atMs >= span.startMs && atMs < span.endMs;
  return (atMs) => (sleeps.some(holds(atMs)) ? 'sleep' : workouts.some(holds(atMs)) ? 'workout' : 'awake');
}

export const beatJson = ({ bpm, source, atMs }: Beat) => ({ bpm, source, timestamp: utcText(atMs) });
