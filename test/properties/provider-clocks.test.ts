import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, type EpochMs } from '../../lib/core/instants.ts';
import { parseIsoTime } from '../../lib/core/iso-time.ts';
import { offsetMinutesAt } from '../../lib/core/zones.ts';
import { fitbit } from '../../lib/providers/fitbit/fitbit.ts';
import type { ProviderRecord } from '../../lib/providers/model.ts';
import { oura } from '../../lib/providers/oura/oura.ts';
import { polar } from '../../lib/providers/polar/polar.ts';
import { strava } from '../../lib/providers/strava/strava.ts';
import { whoop } from '../../lib/providers/whoop/whoop.ts';
import { withings } from '../../lib/providers/withings/withings.ts';
import { connectReader } from '../support/provider-reader.ts';
import { SIMULATED_NOW, type SimulatedClouds, startClouds } from '../support/simulated-clouds.ts';

/**
 * Where nobody knows a person's time zone, neither the account nor the user: every reading that is an instant
 * still has the offset of the wearer's clock, or the samples door would refuse it, and it is the right one.
 */
const NOW_MS = SIMULATED_NOW as EpochMs;
/** The clocks of New York are changed within it. */
const WINDOW = { fromMs: (NOW_MS - 27 * DAY_MS) as EpochMs, toMs: NOW_MS };
const PEOPLE = [
  ['cyclist', 'America/New_York'],
  ['sparse', 'Australia/Adelaide'],
] as const;

let clouds: SimulatedClouds;
beforeAll(async () => {
  clouds = await startClouds();
});
afterAll(() => clouds[Symbol.asyncDispose]());

interface Reading {
  readonly what: string;
  readonly atMs: EpochMs;
  readonly offsetMinutes: number | undefined;
}

/** What is not the value of a date: those begin at the wearer's midnight, which is told without an offset. */
function readingsOf(records: readonly ProviderRecord[]): readonly Reading[] {
  return records.flatMap((record) => {
    if (record.kind !== 'sample' && record.kind !== 'sleep' && record.kind !== 'workout') return [];
    if (record.kind === 'sample' && record.start.endsWith('T00:00:00')) return [];
    const time = parseIsoTime(record.start);
    if (time === undefined) throw new Error(`no time: ${record.start}`);
    const named = typeof time.offset === 'number' ? time.offset : undefined;
    const offsetMinutes = record.zoneOffsetMinutes ?? named;
    const wallOffset = time.offset === 'none' ? offsetMinutes : named;
    const atMs = (time.wallMs - (wallOffset ?? 0) * 60_000) as EpochMs;
    return [{ what: record.kind === 'sample' ? record.metric : record.kind, atMs, offsetMinutes }];
  });
}

describe.each([fitbit, strava, whoop, oura, withings, polar])('$name', (definition) => {
  test.each(PEOPLE)(
    'PRV2 without a known zone the readings of the %s are on the wearer’s clock',
    async (person, zone) => {
      const { account, ...reader } = await connectUnzoned(definition, person);
      expect(definition === fitbit || definition === withings || account.timeZone === undefined).toBe(true);
      const { records, unreadable } = await reader.read(WINDOW);
      expect(unreadable).toEqual([]);
      const readings = readingsOf(records);
      const undated = readings.filter(({ offsetMinutes }) => offsetMinutes === undefined);
      expect([...new Set(undated.map(({ what }) => what))]).toEqual([]);
      const wrong = readings.filter(
        ({ atMs, offsetMinutes }) =>
          offsetMinutes !== offsetMinutesAt(zone, atMs) && !isJustChanged(zone, atMs),
      );
      expect(wrong.slice(0, 3)).toEqual([]);
    },
  );
});

/** Until getting up, or to the end of a course, the last that was told is the clock before the change. */
const isJustChanged = (zone: string, atMs: EpochMs): boolean =>
  offsetMinutesAt(zone, atMs) !== offsetMinutesAt(zone, (atMs - DAY_MS) as EpochMs);

async function connectUnzoned(definition: Parameters<typeof connectReader>[0], person: string) {
  const reader = await connectReader(definition, clouds.app(definition.name), person, NOW_MS);
  return { ...reader, account: reader.context.account };
}
