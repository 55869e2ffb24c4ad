import type * as z from 'zod';
import type { MappedPage, ProviderRecord } from '../model.ts';
import { readList } from '../read-list.ts';
import { Epoch } from './payloads.ts';
import { positive, type Reading, samplesAt, summaryIdOf } from './readings.ts';

type EpochSummary = z.output<typeof Epoch>;

/**
 * Quarters of an hour. Garmin sends one summary for each kind of activity within it, all over the same
 * quarter: they are added up, for intervals of one source that overlap count once. Of the same quarter and
 * kind in one page the last is taken. Energy is not: a quarter has whole kilocalories, whose sum strays from
 * the day's total, which `dailies` has.
 */
export function mapEpochs(payload: unknown): MappedPage {
  const quarters = new Map<string, Map<string, EpochSummary>>();
  const page = readList(
    payload,
    Epoch,
    (epoch) => {
      const quarter = `${epoch.startTimeInSeconds}/${epoch.durationInSeconds}`;
      const kinds = quarters.get(quarter) ?? new Map<string, EpochSummary>();
      quarters.set(quarter, kinds.set(epoch.activityType ?? '', epoch));
      return [];
    },
    summaryIdOf,
  );
  return {
    ...page,
    records: [...quarters.values()].flatMap((kinds) => samplesOfQuarter([...kinds.values()])),
  };
}

function samplesOfQuarter(epochs: readonly EpochSummary[]): readonly ProviderRecord[] {
  const first = epochs[0];
  if (first === undefined) return [];
  return samplesAt(
    {
      epochSec: first.startTimeInSeconds,
      durationSec: first.durationInSeconds,
      zoneOffsetMinutes: first.startTimeOffsetInSeconds,
    },
    readingsOf(epochs),
  );
}

function readingsOf(epochs: readonly EpochSummary[]): readonly Reading[] {
  return [
    { metric: 'steps', value: sumOf(epochs.map((epoch) => epoch.steps)), unit: 'steps' },
    positive('pushes', sumOf(epochs.map((epoch) => epoch.pushes)), 'count'),
    { metric: 'distance', value: sumOf(epochs.map((epoch) => epoch.distanceInMeters)), unit: 'm' },
    positive('met', meanMet(epochs), 'MET'),
  ];
}

/** Undefined when none is told. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const told = values.filter((value) => value !== undefined);
  return told.length === 0 ? undefined : told.reduce((sum, value) => sum + value, 0);
}

/** Weighed by active time; where none is told each kind counts alike. */
function meanMet(epochs: readonly EpochSummary[]): number | undefined {
  const told = epochs.flatMap(({ met, activeTimeInSeconds }) =>
    met === undefined ? [] : [{ met, activeSec: Math.max(activeTimeInSeconds ?? 0, 0) }],
  );
  const activeSec = told.reduce((sum, epoch) => sum + epoch.activeSec, 0);
  if (told.length === 0) return undefined;
  return activeSec === 0
    ? told.reduce((sum, epoch) => sum + epoch.met, 0) / told.length
    : told.reduce((sum, epoch) => sum + epoch.met * epoch.activeSec, 0) / activeSec;
}
