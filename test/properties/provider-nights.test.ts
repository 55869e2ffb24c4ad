import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, type EpochMs } from '../../lib/core/instants.ts';
import type { SleepRecord } from '../../lib/providers/model.ts';
import { PROVIDERS } from '../../lib/providers/registry.ts';
import type { StoredRecord } from '../../lib/records/model.ts';
import { normaliseRecord } from '../../lib/records/normalise-record.ts';
import { decodeSamples } from '../../lib/samples/block-codec.ts';
import { createToldSleep } from '../../lib/sleep/told-sleep.ts';
import { dateOf, NIGHT_RULES } from '../support/night-world.ts';
import { connectReader } from '../support/provider-reader.ts';
import { SIMULATED_NOW, type SimulatedClouds, startClouds } from '../support/simulated-clouds.ts';
import { nightOf } from '../support/sleep-builders.ts';

/** Garmin is not asked but sends, and has no part in this; Strava has no sleep. */
const READ = PROVIDERS.filter(({ name }) => ['fitbit', 'whoop', 'oura', 'withings', 'polar'].includes(name));
const NOW_MS = SIMULATED_NOW as EpochMs;
const WINDOW = { fromMs: (NOW_MS - 10 * DAY_MS) as EpochMs, toMs: NOW_MS };
/** Stages that a cloud gives in steps of five minutes add up to its totals within some of them. */
const TOLERANCE_MIN = 15;

let clouds: SimulatedClouds;
beforeAll(async () => {
  clouds = await startClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

function toStored(record: SleepRecord, provider: string): StoredRecord {
  const normal = normaliseRecord(record, { provider, nowMs: NOW_MS, timeZone: undefined });
  if (!normal.ok) throw new Error(`refused: ${normal.failure}`);
  return { ...normal.value, version: 1, seq: 1 };
}

describe.each(READ)('$name', (definition) => {
  const { name } = definition;
  const dataTypes = definition.dataTypes.filter(({ code }) => code === 'sleep');
  test.each(['runner', 'shift_worker'])(
    'SLP5 each sleep of the %s is the night or a nap of its date',
    async (person) => {
      const reader = await connectReader({ ...definition, dataTypes }, clouds.app(name), person, NOW_MS);
      const { records } = await reader.read(WINDOW);
      const sleeps = records
        .filter((record) => record.kind === 'sleep')
        .map((record) => toStored(record, name));
      expect(sleeps.length).toBeGreaterThan(3);
      const parts = { decode: decodeSamples, rules: NIGHT_RULES };
      const told = createToldSleep(parts, { blocks: [], records: sleeps }, { sources: {} });
      for (const sleep of sleeps) {
        const sources = told.ofNight(dateOf(sleep.date));
        if (!sources.ok) throw new Error('unreadable');
        const { main, naps, figures } = nightOf(sleep.date, sources.value.sources);
        const found = [main, ...naps].find(
          (cluster) =>
            cluster !== undefined && cluster.startMs <= sleep.startMs && cluster.endMs >= sleep.endMs,
        );
        if (sleep.body.kind !== 'sleep') throw new Error('no sleep');
        const { asleepMin } = sleep.body.totals;
        expect([sleep.date, found?.source.provider]).toEqual([sleep.date, name]);
        if (asleepMin !== undefined && found === main)
          expect(Math.abs((figures.main?.totalMs ?? 0) / 60_000 - asleepMin)).toBeLessThanOrEqual(
            TOLERANCE_MIN,
          );
        if (!sleep.body.isNap) expect(found).toBe(main);
      }
    },
  );
});
