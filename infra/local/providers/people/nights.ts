import type { Keep } from '../frame/memory.ts';
import { between, chance, dice, wholeBetween } from './dice.ts';
import type { Person } from './people.ts';
import { wasWorn } from './worn.ts';
import { addDays, localDate, localMs } from './zones.ts';

export type Stage = 'awake' | 'light' | 'deep' | 'rem';

/** One time of sleep. `key` never changes; clouds make their ids of it. */
export interface Sleep {
  readonly key: string;
  /** Local date of waking up. */
  readonly date: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stages: readonly { readonly stage: Stage; readonly startMs: number; readonly endMs: number }[];
  /** False while the cloud may still score it anew. */
  readonly final: boolean;
  /** Rises with each change. */
  readonly version: number;
  readonly score: number;
  readonly latencyMin: number;
  readonly nap: boolean;
}

interface NightsOptions {
  readonly person: Person;
  readonly seed: string;
  readonly firstDate: string;
  readonly horizonMs: () => number;
  readonly keep: Keep;
}

export interface Nights {
  all(): readonly Sleep[];
  on(date: string): Sleep | undefined;
  revise(key: string): { readonly before: Sleep; readonly after: Sleep } | undefined;
  remove(key: string): Sleep | undefined;
}

const LATER_MS = 6 * 60_000;

/** The newest night counts as not final until it is revised or a newer one is known. */
export function createNights({ person, seed, firstDate, horizonMs, keep }: NightsOptions): Nights {
  const { revisions, deleted } = keep('nights', {
    revisions: new Map<string, number>(),
    deleted: new Set<string>(),
  });
  const generated = new Map<string, Sleep | undefined>();
  const nightOf = (date: string): Sleep | undefined => {
    if (!generated.has(date)) generated.set(date, generatedNight(person, seed, date));
    return generated.get(date);
  };
  const told = (): Sleep[] => {
    const nights: Sleep[] = [];
    const last = localDate(person.zone, horizonMs());
    for (let date = firstDate; date <= last; date = addDays(date, 1)) {
      const night = nightOf(date);
      if (night === undefined || night.endMs > horizonMs()) continue;
      nights.push(revised(night, revisions.get(night.key) ?? 0));
    }
    const newest = nights.at(-1);
    if (newest !== undefined && newest.version === 1) nights[nights.length - 1] = { ...newest, final: false };
    return nights;
  };
  const all = (): readonly Sleep[] => told().filter((night) => !deleted.has(night.key));
  const find = (key: string): Sleep | undefined => all().find((night) => night.key === key);
  return {
    all,
    on: (date) => all().find((night) => night.date === date),
    revise(key) {
      const before = find(key);
      if (before === undefined) return undefined;
      revisions.set(key, (revisions.get(key) ?? 0) + 1);
      const after = find(key);
      return after && { before, after };
    },
    remove(key) {
      const night = find(key);
      if (night !== undefined) deleted.add(key);
      return night;
    },
  };
}

function revised(night: Sleep, times: number): Sleep {
  const last = night.stages.at(-1);
  if (times === 0 || last === undefined) return night;
  const endMs = night.endMs + times * LATER_MS;
  const stages = [...night.stages.slice(0, -1), { ...last, endMs }];
  return { ...night, endMs, stages, final: true, version: 1 + times };
}

/** When the person sleeps, in minutes after the midnight that begins `date`; `shift` 1 = the night after. */
export function bedtimeOf(
  person: Person,
  seed: string,
  date: string,
  shift: 0 | 1,
): { startMinute: number; endMinute: number } {
  const wakeDate = addDays(date, shift);
  const week = Math.floor(Date.parse(`${wakeDate}T00:00:00Z`) / 604_800_000);
  const byDay = person.nights && week % 2 === 0;
  const usual = byDay ? 515 : person.bedtimeMinute - 1440;
  const startMinute = usual + wholeBetween(-35, 40, seed, person.name, wakeDate, 'bed');
  const minutes = Math.round(person.sleepMin * between(0.87, 1.13, seed, person.name, wakeDate, 'slept'));
  return { startMinute, endMinute: startMinute + minutes };
}

function generatedNight(person: Person, seed: string, date: string): Sleep | undefined {
  if (!wasWorn(person, seed, date) || chance(seed, person.name, date, 'night') < 0.03) return undefined;
  const { startMinute, endMinute } = bedtimeOf(person, seed, date, 0);
  // From one instant and in elapsed minutes: a night in which the clocks change stays as long as it was.
  const startMs = localMs(
    person.zone,
    startMinute < 0 ? addDays(date, -1) : date,
    (startMinute + 1440) % 1440,
  );
  const endMs = startMs + (endMinute - startMinute) * 60_000;
  return {
    key: `${date}/night`,
    date: localDate(person.zone, endMs),
    startMs,
    endMs,
    stages: stagesOf(startMs, endMs, dice(seed, person.name, date, 'stages')),
    final: true,
    version: 1,
    score: wholeBetween(58, 94, seed, person.name, date, 'score'),
    latencyMin: wholeBetween(4, 22, seed, person.name, date, 'latency'),
    nap: false,
  };
}

/** Cycles of about ninety minutes: light, deep (less towards morning), light, REM (more), a moment awake. */
function stagesOf(startMs: number, endMs: number, roll: () => number): Sleep['stages'] {
  const stages: { stage: Stage; startMs: number; endMs: number }[] = [];
  let at = startMs;
  const put = (stage: Stage, minutes: number): void => {
    const until = Math.min(endMs, at + Math.max(1, Math.round(minutes)) * 60_000);
    if (until > at) stages.push({ stage, startMs: at, endMs: until });
    at = until;
  };
  for (let cycle = 0; at < endMs; cycle++) {
    put('light', 18 + roll() * 14);
    put('deep', Math.max(3, 34 - cycle * 7 + roll() * 8));
    put('light', 14 + roll() * 12);
    put('rem', 8 + cycle * 6 + roll() * 8);
    put('awake', 1 + roll() * 6);
  }
  return stages;
}

export const stageMin = (sleep: Sleep, stage: Stage): number =>
  sleep.stages
    .filter((part) => part.stage === stage)
    .reduce((sum, part) => sum + (part.endMs - part.startMs) / 60_000, 0);

export const asleepMin = (sleep: Sleep): number =>
  (sleep.endMs - sleep.startMs) / 60_000 - stageMin(sleep, 'awake');

export const awakenings = (sleep: Sleep): number =>
  sleep.stages.filter(({ stage }) => stage === 'awake').length;
