/** Visits to the scale and the cuff: groups of measures taken at once. */
import { between, chance, wholeBetween } from '../people/dice.ts';
import type { DayFacts, History } from '../people/history.ts';
import type { Person } from '../people/people.ts';
import { localMs } from '../people/zones.ts';
import { type Measure, measure } from './measures.ts';
import { deviceIdOf, epochSec, groupIdOf } from './model.ts';

export interface Group {
  /** Never changes; the group's id is made of it. */
  readonly key: string;
  readonly atMs: number;
  readonly modifiedMs: number;
  /** Who it is known to belong to: 0 the person, 1 perhaps another one, 4 typed in at signup. */
  readonly attrib: 0 | 1 | 4;
  /** 1 measured, 2 a goal. */
  readonly category: 1 | 2;
  readonly measures: readonly Measure[];
}

/** What was changed by hand since, by the group's key. */
export interface GroupEdits {
  readonly extra: readonly Group[];
  readonly deleted: ReadonlySet<string>;
  /** Kilograms added to the weight, and when. */
  readonly corrected: ReadonlyMap<string, { readonly byKg: number; readonly atMs: number }>;
}

const UPLOAD_MS = 30_000;
const CUFF_SHARE = 0.2;

/** Oldest first. */
export function groupsOf(history: History, edits: GroupEdits): readonly Group[] {
  const { person } = history;
  const dates = history.dates();
  const first = dates[0];
  const daily = dates.flatMap((date) => {
    const day = history.day(date);
    return day === undefined ? [] : [...weighed(person, day), ...cuffed(person, day)];
  });
  const signup = first === undefined ? [] : signedUp(person, localMs(person.zone, first, 600));
  return [...signup, ...daily, ...edits.extra]
    .filter(({ key }) => !edits.deleted.has(key))
    .map((group) => correctedGroup(group, edits))
    .sort((a, b) => a.atMs - b.atMs);
}

function correctedGroup(group: Group, { corrected }: GroupEdits): Group {
  const correction = corrected.get(group.key);
  if (correction === undefined) return group;
  const measures = group.measures.map((one) =>
    one.type === 1 ? { ...one, value: one.value + Math.round(correction.byKg * 1000) } : one,
  );
  return { ...group, measures, modifiedMs: correction.atMs };
}

const measured = (key: string, atMs: number, measures: readonly Measure[]): Group => ({
  key,
  atMs,
  modifiedMs: atMs + UPLOAD_MS,
  attrib: 0,
  category: 1,
  measures,
});

function weighed(person: Person, { date, weight, vo2Max }: DayFacts): readonly Group[] {
  if (weight === undefined) return [];
  const { kg, fatPercent, atMs } = weight;
  const group = measured(`${date}/scale`, atMs, [
    ...bodyOf(person, kg, fatPercent),
    measure('pulseWaveVelocity', between(5.2, 9.4, 'withings', person.name, date, 'pwv'), -2),
    measure('vo2Max', vo2Max, -1),
    measure('vascularAge', person.restingHeartRate * 0.6, 0),
    measure('basalMetabolicRate', 900 + kg * 11, 0),
  ]);
  // Now and then the scale cannot tell who stood on it.
  const isUnsure = chance('withings', person.name, date, 'unsure') < 0.06;
  if (!isUnsure) return [group];
  const stranger = {
    ...measured(`${date}/stranger`, atMs + 120_000, [measure('weight', kg * 0.6, -3)]),
    attrib: 1,
  };
  return [group, { ...stranger, attrib: 1 }];
}

/** What a scale knows of a body of this weight. */
export function bodyOf(person: Person, kg: number, fatPercent: number): readonly Measure[] {
  const fatKg = (kg * fatPercent) / 100;
  const leanKg = kg - fatKg;
  return [
    measure('weight', kg, -3),
    measure('fatRatio', fatPercent, -3),
    measure('fatMass', fatKg, -2),
    measure('leanMass', leanKg, -2),
    measure('muscleMass', leanKg * 0.95, -2),
    measure('hydration', leanKg * 0.72, -2),
    measure('boneMass', leanKg * 0.05, -2),
    measure('visceralFat', wholeBetween(2, 9, 'withings', person.name, 'visceral'), 0),
  ];
}

function cuffed(person: Person, { date, startMs, untilMs }: DayFacts): readonly Group[] {
  const name = ['withings', person.name, date] as const;
  if (chance(...name, 'cuff') > CUFF_SHARE) return [];
  const atMs = startMs + wholeBetween(1130, 1240, ...name, 'cuffed') * 60_000;
  if (atMs >= untilMs) return [];
  const diastolic = wholeBetween(66, 84, ...name, 'diastolic');
  return [
    measured(`${date}/cuff`, atMs, [
      measure('diastolic', diastolic, 0),
      measure('systolic', diastolic + wholeBetween(38, 52, ...name, 'systolic'), 0),
      measure('pulse', person.restingHeartRate + wholeBetween(4, 18, ...name, 'pulse'), 0),
    ]),
    measured(`${date}/thermometer`, atMs + 300_000, [
      measure('bodyTemperature', between(36.3, 37.1, ...name, 'temperature'), -3),
      measure('skinTemperature', between(33.2, 34.6, ...name, 'skin'), -2),
    ]),
    measured(`${date}/oximeter`, atMs + 600_000, [
      measure('spo2', wholeBetween(95, 99, ...name, 'spo2'), 0),
      measure('pulse', person.restingHeartRate + wholeBetween(2, 12, ...name, 'finger'), 0),
    ]),
  ];
}

/** Typed in when the account was made: the height, and a weight to aim for. */
const signedUp = (person: Person, atMs: number): readonly Group[] => [
  { ...measured('signup', atMs, [measure('height', person.heightM, -2)]), attrib: 4 },
  { ...measured('goal', atMs, [measure('weight', person.weightKg - 3, -3)]), category: 2 },
];

export const groupJson = (person: Person, group: Group) => ({
  grpid: groupIdOf(person, group.key),
  attrib: group.attrib,
  date: epochSec(group.atMs),
  created: epochSec(group.atMs + UPLOAD_MS),
  modified: epochSec(group.modifiedMs),
  category: group.category,
  deviceid: group.attrib === 4 ? null : deviceIdOf(person, 'scale'),
  hash_deviceid: group.attrib === 4 ? null : deviceIdOf(person, 'scale'),
  measures: group.measures,
  modelid: group.attrib === 4 ? null : 13,
  model: group.attrib === 4 ? null : 'Body Comp',
  comment: null,
  timezone: person.zone,
});
