import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, type EpochMs } from '../../lib/core/instants.ts';
import { PROVIDERS } from '../../lib/providers/registry.ts';
import { connectReader, valuesByDay } from '../support/provider-reader.ts';
import { SIMULATED_NOW, type SimulatedClouds, startClouds } from '../support/simulated-clouds.ts';

/**
 * Two readings of one documentation, written apart: what a definition makes of a simulated cloud must be what
 * the cloud knows of the person. Garmin is not asked but sends, and Google
 * tells steps by the minute: neither has a part in this.
 */
const READ = PROVIDERS.filter(({ name }) => ['strava', 'whoop', 'oura', 'withings', 'polar'].includes(name));
const PEOPLE = [
  ['runner', 'Europe/Berlin'],
  ['cyclist', 'America/New_York'],
  ['shift_worker', 'Asia/Tokyo'],
  ['sparse', 'Australia/Adelaide'],
  ['newcomer', 'Europe/Lisbon'],
] as const;
const NOW_MS = SIMULATED_NOW as EpochMs;
/** Read a little further back than is compared: a night may begin before its date. */
const WINDOW = { fromMs: (NOW_MS - 27 * DAY_MS) as EpochMs, toMs: NOW_MS };
const FIRST_DATE = '2026-10-25';

let clouds: SimulatedClouds;
beforeAll(async () => {
  clouds = await startClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

interface Told {
  readonly daily: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly sleeps: readonly { readonly externalId: string; readonly start: string; readonly end: string }[];
  readonly workouts: Told['sleeps'];
}

async function truthOf(provider: string, person: string): Promise<Told> {
  const path = `${provider}/people/${person}/truth?from=${FIRST_DATE}`;
  return (await clouds.control('GET', path)).json;
}

describe.each(READ)('$name', (definition) => {
  test.each(PEOPLE)('what is read of the %s is what the cloud knows', async (person, zone) => {
    const reader = await connectReader(definition, clouds.app(definition.name), person, NOW_MS);
    const { records, unreadable } = await reader.read(WINDOW);
    expect(unreadable).toEqual([]);
    const truth = await truthOf(definition.name, person);
    const sleeps = records.filter((record) => record.kind === 'sleep');
    const workouts = records.filter((record) => record.kind === 'workout');
    for (const [found, wanted] of [
      [sleeps, truth.sleeps],
      [workouts, truth.workouts],
    ] as const) {
      const times = new Map(
        found.map((one) => [one.externalId, [Date.parse(one.start), Date.parse(one.end)]]),
      );
      for (const { externalId, start, end } of wanted) {
        expect(times.get(externalId), externalId).toEqual([Date.parse(start), Date.parse(end)]);
      }
    }
    const values = valuesByDay(records, zone);
    const missing = Object.entries(truth.daily).flatMap(([date, metrics]) =>
      Object.entries(metrics)
        .filter(([metric, value]) => !(values.get(`${date} ${metric}`) ?? []).some(isAbout(value)))
        .map(([metric, value]) => ({ date, metric, value, found: values.get(`${date} ${metric}`) })),
    );
    expect(missing).toEqual([]);
    const told = Object.keys(truth.daily).length + truth.workouts.length;
    if (person === 'newcomer') expect(told).toBe(0);
    else expect(told).toBeGreaterThan(0);
  });
});

/** Conversions there and back may cost the last digits. */
const isAbout = (wanted: number) => (found: number) =>
  Math.abs(found - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted));
