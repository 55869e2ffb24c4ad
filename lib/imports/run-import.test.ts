import { describe, expect, test } from 'vitest';
import type { ImportBatch, WorkoutBatch } from './batches.ts';
import type { ImportItem } from './model.ts';
import {
  COUNT_NAMES,
  type CountName,
  type ImportProgress,
  type ImportTarget,
  runImport,
} from './run-import.ts';

const SOURCE = { provider: 'fitbit' };
const zero = Object.fromEntries(COUNT_NAMES.map((name) => [name, 0])) as Record<CountName, number>;
const fresh: ImportProgress = { runId: 'r1', answeredBelow: 0, counts: zero };

async function* minutes(count: number, owners: readonly string[] = ['']): AsyncGenerator<ImportItem> {
  const firstMs = Date.parse('2016-04-02T09:49:00Z');
  for (let row = 0; row < count; row += 1) {
    const owner = owners[row % owners.length] ?? '';
    const sample = {
      metric: 'heart_rate',
      start: { wallMs: firstMs + row * 60_000 },
      value: 60,
      unit: 'bpm',
    };
    yield { kind: 'sample', owner, row, source: SOURCE, sample };
  }
}

function recordingTarget(timeZone?: string, failAt = Number.POSITIVE_INFINITY) {
  const sent: { userId: string; requestId: string; batch: ImportBatch }[] = [];
  const workouts: { userId: string; requestId: string; batch: WorkoutBatch }[] = [];
  const target: ImportTarget = {
    ensureUser: async (externalId, zone) => ({ id: `usr_${externalId}`, timeZone: zone ?? timeZone }),
    upload: async (userId, requestId, batch) => {
      if (sent.length >= failAt) throw new Error('killed');
      sent.push({ userId, requestId, batch });
      return { counts: { ...zero, accepted: batch.samples.length }, refused: [] };
    },
    uploadWorkouts: async (userId, requestId, batch) => {
      if (sent.length + workouts.length >= failAt) throw new Error('killed');
      workouts.push({ userId, requestId, batch });
      const refused = [{ index: 0, reason: 'bad_interval', message: 'the end is before the start' }];
      return { counts: { ...zero, accepted: batch.workouts.length - 1, refused: 1 }, refused };
    },
  };
  return { target, sent, workouts };
}

function observe() {
  const kept: ImportProgress[] = [];
  const faults: string[] = [];
  return {
    kept,
    faults,
    observer: {
      onProgress: async (progress: ImportProgress) => {
        kept.push(progress);
      },
      onFault: (fault: string) => {
        faults.push(fault);
      },
    },
  };
}

const settings = { externalId: 'a', zone: 'America/New_York', split: false } as const;

describe('runImport', () => {
  test('IMP4 samples go out in batches of 500 with the offset of the zone', async () => {
    const { target, sent } = recordingTarget();
    const { observer } = observe();
    const summary = await runImport(minutes(1_201), settings, { target, resumed: fresh, observer });
    expect(sent.map(({ batch }) => batch.samples.length)).toEqual([500, 500, 201]);
    expect(sent[0]?.batch.samples[0]).toEqual({
      source: 's0',
      metric: 'heart_rate',
      start: '2016-04-02T09:49:00-04:00',
      value: 60,
      unit: 'bpm',
    });
    expect(summary).toMatchObject({ samples: 1_201, batches: 3, counts: { accepted: 1_201 } });
  });

  test('IMP5 an import that was killed goes on with the batch after the last answered one', async () => {
    const first = observe();
    const broken = recordingTarget(undefined, 2);
    await expect(
      runImport(minutes(1_900), settings, {
        target: broken.target,
        resumed: fresh,
        observer: first.observer,
      }),
    ).rejects.toThrow('killed');
    const resumed = first.kept.at(-1) ?? fresh;
    const second = recordingTarget();
    const summary = await runImport(minutes(1_900), settings, {
      target: second.target,
      resumed,
      observer: observe().observer,
    });
    expect([...broken.sent, ...second.sent].map(({ requestId }) => requestId)).toEqual(
      [0, 1, 2, 3].map((index) => `import-r1-${index}`),
    );
    expect(summary).toMatchObject({ skippedBatches: 2, counts: { accepted: 1_900 } });
  });

  test('IMP9 workouts go out in batches of one source, behind the samples and with ids of the same run', async () => {
    async function* items(): AsyncGenerator<ImportItem> {
      for (let row = 0; row < 501; row += 1) {
        const times = { start: '2026-01-01T10:00:00Z', end: '2026-01-01T11:00:00Z' };
        const workout = { externalId: `w${row}`, providerType: 'Run', ...times };
        yield { kind: 'workout', owner: '', row, source: { provider: 'apple_health' }, workout };
      }
      yield* minutes(1);
      const workout = { externalId: 'r', providerType: 'Ride', start: 's', end: 'e' };
      yield { kind: 'workout', owner: '', row: 0, source: { provider: 'apple_health', app: 'B' }, workout };
    }
    const run = async (resumed: ImportProgress) => {
      const { target, sent, workouts } = recordingTarget();
      const { observer, faults } = observe();
      const summary = await runImport(items(), settings, { target, resumed, observer });
      const ids = [...sent, ...workouts].map(({ requestId }) => requestId).sort();
      return { ids, faults, summary, sizes: workouts.map(({ batch }) => batch.workouts.length) };
    };
    const whole = await run(fresh);
    expect(whole.ids).toEqual([0, 1, 2, 3].map((index) => `import-r1-${index}`));
    expect(whole.sizes).toEqual([500, 1, 1]);
    expect(whole.summary).toMatchObject({ samples: 1, workouts: 502, counts: { accepted: 500, refused: 3 } });
    expect(whole.faults[0]).toBe(
      'refused (bad_interval): Run at 2026-01-01T10:00:00Z: the end is before the start',
    );
    expect((await run({ ...fresh, answeredBelow: 2 })).ids).toEqual(['import-r1-2', 'import-r1-3']);
  });

  test('IMP6 several people need split, and become users of their own', async () => {
    const { target, sent } = recordingTarget();
    const { observer } = observe();
    await expect(
      runImport(minutes(3, ['1', '2']), settings, { target, resumed: fresh, observer }),
    ).rejects.toThrow('--split');
    expect(sent).toEqual([]);
    await runImport(
      minutes(4, ['1', '2']),
      { ...settings, split: true },
      { target, resumed: fresh, observer },
    );
    expect(sent.map(({ userId }) => userId)).toEqual(['usr_a-1', 'usr_a-2']);
  });

  test('IMP7 without a zone the user’s own is taken, and without that nothing is sent', async () => {
    const without = { ...settings, zone: undefined };
    const known = recordingTarget('Europe/Berlin');
    await runImport(minutes(1), without, {
      target: known.target,
      resumed: fresh,
      observer: observe().observer,
    });
    expect(known.sent[0]?.batch.samples[0]).toMatchObject({ start: '2016-04-02T09:49:00+02:00' });
    const unknown = recordingTarget();
    await expect(
      runImport(minutes(1), without, {
        target: unknown.target,
        resumed: fresh,
        observer: observe().observer,
      }),
    ).rejects.toThrow('--zone');
    expect(unknown.sent).toEqual([]);
  });

  test('IMP2 every refused sample and unreadable row is named', async () => {
    const { observer, faults } = observe();
    const target: ImportTarget = {
      ensureUser: async () => ({ id: 'u', timeZone: 'UTC' }),
      upload: async () => ({
        counts: { ...zero, refused: 1 },
        refused: [{ index: 0, reason: 'out_of_bounds', message: 'above 300' }],
      }),
      uploadWorkouts: async () => ({ counts: zero, refused: [] }),
    };
    async function* items(): AsyncGenerator<ImportItem> {
      yield { kind: 'unreadable', row: 7, reason: 'local_time is not a time' };
      yield* minutes(1);
    }
    const summary = await runImport(items(), settings, { target, resumed: fresh, observer });
    expect(faults).toEqual([
      'line 7: local_time is not a time',
      'refused (out_of_bounds): heart_rate at 2016-04-02T09:49:00-04:00: above 300',
    ]);
    expect(summary).toMatchObject({ unreadableCount: 1, counts: { refused: 1 } });
  });

  test('IMP4 a batch ends before its 51st source', async () => {
    async function* manySources(): AsyncGenerator<ImportItem> {
      for (let index = 0; index < 60; index += 1) {
        const sample = { metric: 'heart_rate', start: '2026-01-01T00:00:00Z', value: 60, unit: 'bpm' };
        yield { kind: 'sample', owner: '', row: index, source: { provider: `p${index}` }, sample };
      }
    }
    const { target, sent } = recordingTarget();
    await runImport(manySources(), settings, { target, resumed: fresh, observer: observe().observer });
    expect(sent.map(({ batch }) => Object.keys(batch.sources).length)).toEqual([50, 10]);
  });
});
