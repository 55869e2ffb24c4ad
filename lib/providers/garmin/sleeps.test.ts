import { describe, expect, test } from 'vitest';
import type { MappedPage, SleepRecord } from '../model.ts';
import { mapSleeps } from './sleeps.ts';

const START = 1_794_952_800;
const at = (sec: number): string => new Date((START + sec) * 1_000).toISOString();
const span = (from: number, to: number) => ({
  startTimeInSeconds: START + from,
  endTimeInSeconds: START + to,
});
const NIGHT = {
  summaryId: 'n-1',
  calendarDate: '2026-11-18',
  startTimeInSeconds: START,
  startTimeOffsetInSeconds: 3_600,
  durationInSeconds: 25_200,
  deepSleepDurationInSeconds: 5_400,
  lightSleepDurationInSeconds: 14_400,
  remSleepInSeconds: 5_400,
  awakeDurationInSeconds: 1_200,
  unmeasurableSleepInSeconds: 0,
  sleepLevelsMap: {
    light: [span(0, 3_600), span(9_000, 19_800)],
    deep: [span(3_600, 9_000)],
    awake: [span(19_800, 21_000)],
    rem: [span(21_000, 26_400)],
  },
  validation: 'ENHANCED_FINAL',
  overallSleepScore: { value: 82, qualifierKey: 'GOOD' },
};
const sleepsOf = (page: MappedPage): readonly SleepRecord[] =>
  page.records.flatMap((record) => (record.kind === 'sleep' ? [record] : []));

describe('nights', () => {
  test('PRV14 a night ends with its last stage, for its duration leaves out the time awake', () => {
    const [night] = sleepsOf(mapSleeps([NIGHT]));
    expect(night).toMatchObject({
      externalId: 'n-1',
      start: at(0),
      end: at(26_400),
      date: '2026-11-18',
      zoneOffsetMinutes: 60,
      isNap: false,
      isFinal: true,
      totals: { inBedMin: 440, asleepMin: 420, deepMin: 90, lightMin: 240, remMin: 90, awakeMin: 20 },
    });
    expect(night?.stages.map(({ stage, start }) => [stage, start])).toEqual([
      ['light', at(0)],
      ['deep', at(3_600)],
      ['light', at(9_000)],
      ['awake', at(19_800)],
      ['rem', at(21_000)],
    ]);
    expect(night?.values).toEqual([
      { metric: 'sleep_duration', value: 25_200, unit: 's' },
      { metric: 'sleep_deep', value: 5_400, unit: 's' },
      { metric: 'sleep_light', value: 14_400, unit: 's' },
      { metric: 'sleep_rem', value: 5_400, unit: 's' },
      { metric: 'sleep_awake', value: 1_200, unit: 's' },
      { metric: 'sleep_score', value: 82, unit: '{score}' },
    ]);
  });

  test('PRV14 without stages the end is time asleep, awake and unmeasurable in a row', () => {
    const bare = { ...NIGHT, sleepLevelsMap: undefined, unmeasurableSleepInSeconds: 600 };
    const [night] = sleepsOf(mapSleeps([bare]));
    expect(night).toMatchObject({ end: at(25_200 + 1_200 + 600), stages: [] });
  });

  test('PRV14 a night without a date has that of waking up, where the clock is known', () => {
    const dateless = { ...NIGHT, calendarDate: undefined };
    expect(sleepsOf(mapSleeps([dateless]))[0]?.date).toBe('2026-11-18');
    const [nowhere] = sleepsOf(mapSleeps([{ ...dateless, startTimeOffsetInSeconds: null }]));
    expect(nowhere !== undefined && 'date' in nowhere).toBe(false);
  });

  test('PRV14 tentative comes before final and final before an edit, whatever order they arrive in', () => {
    const revisionOf = (validation: string, durationInSeconds = 25_200) => {
      const [night] = sleepsOf(mapSleeps([{ ...NIGHT, validation, durationInSeconds }]));
      return [night?.isFinal, Number(night?.revision)] as const;
    };
    const [wasFinal, tentative] = revisionOf('ENHANCED_TENTATIVE', 30_000);
    const [, short] = revisionOf('AUTO_FINAL', 20_000);
    const [isFinal, final] = revisionOf('ENHANCED_FINAL');
    const [, edited] = revisionOf('AUTO_MANUAL', 10_000);
    expect([wasFinal, isFinal]).toEqual([false, true]);
    expect(tentative).toBeLessThan(short);
    expect(short).toBeLessThan(final);
    expect(final).toBeLessThan(edited);
  });

  test('PRV14 stages that overlap are cut at the end of the earlier, and empty ones are left out', () => {
    const levels = { light: [span(0, 600), span(900, 900)], rem: [span(300, 1_200)], deep: [span(100, 200)] };
    const [night] = sleepsOf(mapSleeps([{ ...NIGHT, sleepLevelsMap: levels }]));
    expect(night?.stages).toEqual([
      { stage: 'light', start: at(0), end: at(600) },
      { stage: 'rem', start: at(600), end: at(1_200) },
    ]);
  });
});

describe('naps', () => {
  const nap = {
    napStartTimeInSeconds: START + 50_000,
    napDurationInSeconds: 1_800,
    napOffsetInSeconds: 7_200,
  };

  test('PRV14 a nap is a sleep of its own, without values of the day', () => {
    const [, record] = sleepsOf(mapSleeps([{ ...NIGHT, naps: [{ ...nap, napValidation: 'DEVICE' }] }]));
    expect(record).toMatchObject({
      externalId: `n-1-nap-${START + 50_000}`,
      start: at(50_000),
      end: at(51_800),
      zoneOffsetMinutes: 120,
      isNap: true,
      totals: { asleepMin: 30 },
      values: [],
    });
  });

  test('PRV14 a summary of nothing but naps has no night', () => {
    const onlyNaps = {
      summaryId: 'n-2',
      startTimeInSeconds: START,
      durationInSeconds: 0,
      totalNapDurationInSeconds: 1_800,
      naps: [nap],
    };
    expect(sleepsOf(mapSleeps([onlyNaps])).map(({ isNap }) => isNap)).toEqual([true]);
  });
});
