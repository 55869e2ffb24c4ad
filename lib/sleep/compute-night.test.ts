import { describe, expect, test } from 'vitest';
import { at, dateOf, iso } from '../../test/support/night-world.ts';
import {
  minutes,
  nightOf,
  samplesOf,
  sessionOf,
  sourceOf,
  type Told,
  tells,
} from '../../test/support/sleep-builders.ts';

const watch = sourceOf('apple_health', 'watch');
const ring = sourceOf('oura', 'ring');
const strap = sourceOf('whoop', 'band');
const D = '2026-11-20';
const NIGHT: readonly Told[] = [
  ['light', '19T23:00', '20T01:00'],
  ['deep', '20T01:00', '20T02:00'],
  ['awake', '20T02:00', '20T02:10'],
  ['light', '20T02:10', '20T06:50'],
];
const spanOf = (night: ReturnType<typeof nightOf>) => {
  const asleep = night.figures.main?.asleep;
  return asleep === null || asleep === undefined ? undefined : [iso(asleep.startMs), iso(asleep.endMs)];
};
const napsOf = (night: ReturnType<typeof nightOf>) =>
  night.figures.naps.map(({ totalMs }) => minutes(totalMs));
const reasonsOf = (night: ReturnType<typeof nightOf>) => night.setAside.map(({ reason }) => reason);

describe('whose night it is', () => {
  test('SLP5 the midpoint between 18:00 and 18:00 decides, and a shift worker sleeps by day', () => {
    const day = tells(watch, samplesOf([['asleep', '20T09:00', '20T17:00']]));
    expect(minutes(nightOf(D, [day]).figures.main?.totalMs)).toBe(480);
    expect(nightOf('2026-11-21', [day]).figures).toMatchObject({ count: 0, main: null });
    const early = tells(watch, samplesOf([['asleep', '19T18:30', '19T23:30']]));
    expect(minutes(nightOf(D, [early]).figures.main?.totalMs)).toBe(300);
  });

  // 2026-11-01 06:00Z is 02:00 EDT and then 01:00 EST; 2026-03-08 07:00Z is 02:00 EST and then 03:00 EDT.
  test.each([
    ['2026-11-01', '2026-11-01T03:00:00Z', -240, '2026-11-01T12:00:00Z', -300, 540],
    ['2026-03-08', '2026-03-08T04:00:00Z', -300, '2026-03-08T11:00:00Z', -240, 420],
  ])(
    'SLP5 the night of %s lasts as long as it did when the clocks change',
    (date, from, before, to, after, length) => {
      const [startMs, endMs] = [Date.parse(from), Date.parse(to)];
      const middleMs = Math.floor((startMs + endMs) / 2);
      const night = nightOf(date, [
        tells(watch, [
          { stage: 'light', startMs, endMs: middleMs, offsetMinutes: before },
          { stage: 'light', startMs: middleMs, endMs, offsetMinutes: after },
        ]),
      ]);
      expect(minutes(night.figures.main?.totalMs)).toBe(length);
      expect(night.figures.main?.zoneOffsetMinutes).toBe(after);
    },
  );

  test.each([330, 345, -210, 840, -720])(
    'SLP1 a night at %i minutes from UTC is the same night',
    (offset) => {
      const night = nightOf(D, [tells(watch, samplesOf(NIGHT, offset))]);
      expect(spanOf(night)).toEqual([
        iso(at('2026-11-19T23:00', offset)),
        iso(at('2026-11-20T06:50', offset)),
      ]);
      expect(night.figures.main?.zoneOffsetMinutes).toBe(offset);
    },
  );

  test('SLP5 who flies west across the date line asleep wakes up on the date of the clock there', () => {
    // From Honolulu (-10) at 23:00 on the 18th to Auckland (+13), where it is the 20th.
    const [startMs, endMs] = [at('2026-11-18T23:00', -600), at('2026-11-20T05:00', 780)];
    const parts = [startMs, startMs + 3_600_000, endMs];
    const samples = [
      { stage: 'light' as const, startMs: parts[0] ?? 0, endMs: parts[1] ?? 0, offsetMinutes: -600 },
      { stage: 'light' as const, startMs: parts[1] ?? 0, endMs, offsetMinutes: 780 },
    ];
    const told = [tells(watch, samples)];
    expect(minutes(nightOf(D, told).figures.main?.totalMs)).toBe(420);
    expect(nightOf('2026-11-19', told).figures.main).toBeNull();
    const recorded = sessionOf('18T23:00', '19T06:00', { offsetMinutes: -600, totals: { asleepMin: 400 } });
    const session = { ...recorded, endMs, date: dateOf(D) };
    expect(minutes(nightOf(D, [tells(ring, [], [session])]).figures.main?.totalMs)).toBe(400);
  });

  test('SLP5 who lives a date twice has the longer night on it, and the other beside the naps', () => {
    const auckland = samplesOf([['asleep', '19T22:00', '20T05:00']], 780);
    const honolulu = samplesOf([['asleep', '19T23:00', '20T07:00']], -600);
    const night = nightOf(D, [tells(watch, [...auckland, ...honolulu])]);
    expect(minutes(night.figures.main?.totalMs)).toBe(480);
    expect(napsOf(night)).toEqual([420]);
  });

  test('SLP5 a session that names no clock is on the date of its provider', () => {
    const session = {
      ...sessionOf('19T12:00', '19T20:00', { totals: { asleepMin: 450 } }),
      offsetMinutes: undefined,
    };
    const told = [tells(ring, [], [{ ...session, date: dateOf(D) }])];
    expect(minutes(nightOf(D, told).figures.main?.totalMs)).toBe(450);
  });
});

describe('naps', () => {
  const night = tells(watch, samplesOf(NIGHT));
  const nap: Told = ['light', '20T14:00', '20T14:40'];

  test('SLP7 a nap stays out of the night, and is one without a night too', () => {
    const both = nightOf(D, [tells(watch, samplesOf([...NIGHT, nap]))]);
    expect(both.figures.main).toEqual(nightOf(D, [night]).figures.main);
    expect(napsOf(both)).toEqual([40]);
    const alone = nightOf(D, [tells(watch, samplesOf([nap]))]);
    expect([alone.figures.main, napsOf(alone)]).toEqual([null, [40]]);
  });

  test('SLP9 a nap of the evening is of the date on which it ends, though it lies in the next night', () => {
    const told = [
      tells(
        watch,
        samplesOf([
          ['light', '20T18:30', '20T19:30'],
          ['light', '20T23:00', '21T06:00'],
        ]),
      ),
    ];
    expect(napsOf(nightOf(D, told))).toEqual([60]);
    const next = nightOf('2026-11-21', told);
    expect([minutes(next.figures.main?.totalMs), napsOf(next)]).toEqual([420, []]);
  });

  test('SLP7 what its provider calls a nap is one, unless it is long and there is no other sleep', () => {
    const short = sessionOf('20T01:00', '20T03:30', { isNap: true, totals: { asleepMin: 140 } });
    expect(nightOf(D, [tells(ring, [], [short])]).figures.main).toBeNull();
    const long = sessionOf('20T01:00', '20T05:00', { isNap: true, totals: { asleepMin: 220 } });
    expect(minutes(nightOf(D, [tells(ring, [], [long])]).figures.main?.totalMs)).toBe(220);
    const beside = sessionOf('20T08:00', '20T12:00', { isNap: true, totals: { asleepMin: 220 } });
    const both = nightOf(D, [night, tells(ring, [], [beside])]);
    expect([minutes(both.figures.main?.totalMs), napsOf(both)]).toEqual([460, [220]]);
  });

  test('SLP9 one nap of two sources counts once, and time in bed alone is none', () => {
    const told = [
      tells(watch, samplesOf([nap])),
      tells(ring, [], [sessionOf('20T13:55', '20T14:45', { isNap: true, totals: { asleepMin: 45 } })]),
      tells(sourceOf('fitbit', 'phone'), samplesOf([['in_bed', '20T16:00', '20T16:30']])),
    ];
    const found = nightOf(D, told);
    expect(found.figures.naps.map(({ sourceId }) => sourceId)).toEqual(['apple_health']);
    expect(reasonsOf(found)).toEqual(['lower_priority']);
    expect(nightOf(D, told, ['oura']).figures.naps.map(({ sourceId }) => sourceId)).toEqual(['oura']);
  });
});

describe('several sources', () => {
  const totals = (asleepMin: number) => ({ asleepMin, inBedMin: 480 });
  const byRing = tells(ring, [], [sessionOf('19T22:50', '20T06:55', { totals: totals(430) })]);

  test('SLP8 the first by priority counts, and the other is told with why', () => {
    const told = [tells(watch, samplesOf(NIGHT)), byRing];
    const night = nightOf(D, told);
    expect([night.figures.main?.sourceId, reasonsOf(night)]).toEqual(['apple_health', ['lower_priority']]);
    expect(nightOf(D, told, ['oura']).figures.main?.sourceId).toBe('oura');
    expect(night.figures.sources.map(({ source, isUsed }) => [source.sourceId, isUsed])).toEqual([
      ['apple_health', true],
      ['oura', false],
    ]);
  });

  test.each([
    ['two clocks of one shift worker', ['20T13:00', '20T22:50', 0], ['20T13:10', '20T23:00', 0]],
    ['one source that names no zone', ['20T22:00', '21T06:00', 600], ['20T12:00', '20T20:00', 0]],
  ] as const)(
    'SLP8 one sleep is of one date, by the source that counts: %s',
    (_, [from, to, zone], other) => {
      const told = [
        tells(watch, samplesOf([['light', from, to]], zone)),
        tells(ring, samplesOf([['light', other[0], other[1]]], other[2])),
      ];
      const sourcesOf = (order: readonly string[]) =>
        ['2026-11-19', D, '2026-11-21', '2026-11-22'].flatMap((date) => {
          const { figures } = nightOf(date, told, order);
          expect(figures.naps).toEqual([]);
          return figures.main === null ? [] : [[date, figures.main.sourceId]];
        });
      const [byWatch] = sourcesOf([]);
      const [byRing] = sourcesOf(['oura']);
      expect([sourcesOf([]).length, sourcesOf(['oura']).length]).toEqual([1, 1]);
      expect([byWatch?.[1], byRing?.[1]]).toEqual(['apple_health', 'oura']);
      expect(byWatch?.[0]).not.toBe(byRing?.[0]);
      const night = nightOf(byWatch?.[0] ?? '', told);
      expect(reasonsOf(night)).toEqual(['lower_priority']);
      expect(night.figures.sources.map(({ source, isUsed }) => [source.sourceId, isUsed])).toEqual([
        ['apple_health', true],
        ['oura', false],
      ]);
      expect(reasonsOf(nightOf(byRing?.[0] ?? '', told))).toEqual(['same_sleep']);
    },
  );

  test('SLP9 a nap that ends before midnight by one source and after it by another is of one date', () => {
    const nap = (from: string, to: string) => sessionOf(from, to, { isNap: true, totals: { asleepMin: 60 } });
    const told = [
      tells(watch, [], [nap('20T22:50', '20T23:58')]),
      tells(ring, [], [nap('20T22:55', '21T00:03')]),
    ];
    const counts = (order: readonly string[]) =>
      [D, '2026-11-21'].map((date) => nightOf(date, told, order).figures.naps.length);
    expect([counts([]), counts(['oura'])]).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test('SLP8 who tells less than half of the longest loses to it', () => {
    const short = tells(watch, samplesOf([['light', '20T04:00', '20T06:50']]));
    const night = nightOf(D, [short, byRing]);
    expect([night.figures.main?.sourceId, reasonsOf(night)]).toEqual(['oura', ['too_little_told']]);
    const phone = tells(watch, samplesOf([['in_bed', '19T22:00', '20T08:00']]));
    expect(nightOf(D, [phone, byRing]).figures.main?.sourceId).toBe('oura');
    expect(nightOf(D, [phone]).figures.main).toMatchObject({
      asleep: null,
      totalMs: null,
      bed: { lengthMs: 36_000_000 },
    });
  });

  test('SLP7 the night is the longest sleep of all, whoever goes first', () => {
    const dozing = tells(watch, samplesOf([['light', '20T13:00', '20T17:00']]));
    const night = nightOf(D, [dozing, byRing]);
    expect([night.figures.main?.sourceId, napsOf(night)]).toEqual(['oura', [240]]);
  });
});

describe('one source', () => {
  test('SLP2 a session and the samples of its source are one sleep, and its stages count', () => {
    const stages = samplesOf([['deep', '19T23:00', '20T05:00']]);
    const staged = nightOf(D, [
      tells(ring, samplesOf(NIGHT), [sessionOf('19T22:45', '20T07:00', { stages })]),
    ]);
    expect([minutes(staged.figures.main?.totalMs), napsOf(staged)]).toEqual([360, []]);
    expect(reasonsOf(staged)).toEqual(['record_counts']);
    const bare = sessionOf('19T22:45', '20T07:00', { totals: { asleepMin: 400 } });
    const filled = nightOf(D, [tells(ring, samplesOf(NIGHT), [bare])]);
    expect(minutes(filled.figures.main?.totalMs)).toBe(460);
    expect(minutes(filled.figures.main?.bed?.lengthMs)).toBe(495);
  });

  test('SLP2 of two sessions that overlap the one that tells more counts', () => {
    const sessions = [
      sessionOf('19T23:00', '20T06:00', { totals: { asleepMin: 400 } }),
      sessionOf('19T22:00', '20T07:00'),
    ];
    const night = nightOf(D, [tells(strap, [], sessions)]);
    expect([minutes(night.figures.main?.totalMs), reasonsOf(night)]).toEqual([400, ['overlap_same_source']]);
  });

  test('SLP3 what says how beats asleep, and the later start beats the earlier', () => {
    const night = nightOf(D, [
      tells(
        watch,
        samplesOf([
          ['asleep', '19T23:00', '20T06:00'],
          ['deep', '20T00:00', '20T01:00'],
          ['rem', '20T00:30', '20T00:45'],
        ]),
      ),
    ]);
    expect(night.main?.stages.map(({ stage }) => stage)).toEqual(['asleep', 'deep', 'rem', 'deep', 'asleep']);
    expect(minutes(night.figures.main?.totalMs)).toBe(420);
    expect(minutes(night.figures.main?.times.unspecified)).toBe(360);
  });

  test('SLP4 what goes on within an hour is one sleep, and what goes on for longer than a day is cut', () => {
    const split = (gap: string) =>
      samplesOf([
        ['light', '19T23:00', '20T02:00'],
        ['light', gap, '20T07:00'],
      ]);
    expect(minutes(nightOf(D, [tells(watch, split('20T03:00'))]).figures.main?.totalMs)).toBe(420);
    const apart = nightOf(D, [tells(watch, split('20T03:01'))]);
    expect([minutes(apart.figures.main?.totalMs), napsOf(apart)]).toEqual([239, [180]]);
    const endless = nightOf(D, [
      tells(
        watch,
        samplesOf([
          ['asleep', '19T06:00', '20T06:00'],
          ['asleep', '20T06:00', '20T20:00'],
        ]),
      ),
    ]);
    expect([endless.isCut, minutes(endless.figures.main?.totalMs)]).toEqual([true, 1440]);
  });

  test('SLP6 what a source never tells is null, and 0 where it tells it on another night', () => {
    const first = nightOf(D, [tells(watch, samplesOf(NIGHT))]).figures.main;
    expect([first?.times.rem, minutes(first?.times.deep), first?.bed, first?.latencyMs]).toEqual([
      null,
      60,
      null,
      null,
    ]);
    const told = samplesOf([...NIGHT, ['rem', '20T23:00', '21T06:00']]);
    expect(nightOf(D, [tells(watch, told)]).figures.main?.times.rem).toBe(0);
  });

  test('SLP6 totals count without stages, and are not believed where they exceed their session', () => {
    const told = { deepMin: 60, lightMin: 200, remMin: 100, awakeMin: 30, latencyMin: 12 };
    const night = nightOf(D, [tells(strap, [], [sessionOf('19T23:00', '20T06:00', { totals: told })])])
      .figures.main;
    expect(minutes(night?.totalMs)).toBe(360);
    expect([minutes(night?.latencyMs), minutes(night?.bed?.lengthMs), night?.wakeCount]).toEqual([
      12,
      420,
      null,
    ]);
    expect(night?.asleep).toMatchObject({ startMs: at('2026-11-19T23:12') });
    const wrong = nightOf(D, [
      tells(strap, [], [sessionOf('19T23:00', '20T06:00', { totals: { asleepMin: 500 } })]),
    ]);
    expect([wrong.figures.main?.totalMs, minutes(wrong.figures.main?.bed?.lengthMs)]).toEqual([null, 420]);
    expect(reasonsOf(wrong)).toEqual(['totals_contradict']);
  });

  const toldAs = (told: Readonly<Record<string, number>>) =>
    nightOf(D, [tells(strap, [], [sessionOf('19T23:00', '20T03:00', { totals: told })])]);

  test('SLP6 totals agree with each other: latency is no sleep, stages are, and 0 minutes in bed say nothing', () => {
    const late = toldAs({ remMin: 0, deepMin: 44, lightMin: 100, latencyMin: 100 });
    expect(reasonsOf(late)).toEqual(['totals_contradict']);
    expect(late.figures.main).toMatchObject({ totalMs: null, latencyMs: null });
    expect(late.figures.main?.asleep).toMatchObject({ startMs: at('2026-11-19T23:00') });
    expect(minutes(toldAs({ asleepMin: 154, lightMin: 203 }).figures.main?.totalMs)).toBe(203);
    expect(minutes(toldAs({ asleepMin: 0, remMin: 183 }).figures.main?.totalMs)).toBe(183);
    const { main } = toldAs({ asleepMin: 176, inBedMin: 0 }).figures;
    expect(minutes(main?.bed?.lengthMs)).toBe(240);
  });

  test('SLP6 where stages are told the latency is what they show', () => {
    const startMs = at('2026-11-19T23:00');
    const stages = [{ stage: 'light' as const, startMs, endMs: at('2026-11-20T03:00') }];
    const session = sessionOf('19T23:00', '20T03:00', { stages, totals: { latencyMin: 19 } });
    const { main } = nightOf(D, [tells(ring, [], [session])]).figures;
    expect([main?.latencyMs, main?.asleep?.startMs]).toEqual([0, startMs]);
  });

  test('SLP6 out of bed is neither asleep nor in bed, and one waking with what is awake beside it', () => {
    const night = nightOf(D, [
      tells(
        watch,
        samplesOf([
          ['in_bed', '19T22:30', '20T07:00'],
          ['light', '19T23:00', '20T02:00'],
          ['awake', '20T02:00', '20T02:10'],
          ['out_of_bed', '20T02:10', '20T02:20'],
          ['light', '20T02:20', '20T06:30'],
          ['awake', '20T06:30', '20T07:00'],
        ]),
      ),
    ]).figures.main;
    expect([minutes(night?.bed?.lengthMs), minutes(night?.times.awake), night?.wakeCount]).toEqual([
      500, 40, 1,
    ]);
  });
});
