import type * as z from 'zod';
import type { MappedPage, ProviderRecord } from '../model.ts';
import { readList } from '../read-list.ts';
import { Epoch } from './payloads.ts';
import { positive, samplesAt, summaryIdOf } from './readings.ts';

type EpochSummary = z.output<typeof Epoch>;

/**
 * The effort of quarters of an hour. Garmin sends one summary for each kind of activity within a quarter, all
 * over the same times: they become one value. Of the same quarter and kind in one page the last is taken.
 *
 * Steps, distance and energy are not taken: shorter intervals would set the day's total aside (SRC3), which is
 * Garmin's own, grows by notifications of its own, and has fractions that quarters round away.
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
  return { ...page, records: [...quarters.values()].flatMap((kinds) => effortOf([...kinds.values()])) };
}

function effortOf(epochs: readonly EpochSummary[]): readonly ProviderRecord[] {
  const first = epochs[0];
  if (first === undefined) return [];
  return samplesAt(
    {
      epochSec: first.startTimeInSeconds,
      durationSec: first.durationInSeconds,
      zoneOffsetMinutes: first.startTimeOffsetInSeconds,
    },
    [positive('met', meanMet(epochs), 'MET')],
  );
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
