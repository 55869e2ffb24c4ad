import { MINUTE_MS } from '../core/instants.ts';
import type { CountedSample, DayDecision, SetAside } from './counted-sample.ts';
import { byNewest, bySampleOrder, type SourceSamples } from './day-samples.ts';

/**
 * Readings: in each minute the highest-priority source that has any counts, with all its readings of that
 * minute (SRC5). `sources` come highest priority first.
 */
export function decidePoints(sources: readonly SourceSamples[]): DayDecision {
  const owners = new Map<number, number>();
  const counted: CountedSample[] = [];
  const setAside = sources.map(({ samples }, source) => {
    const aside: SetAside[] = [];
    for (const sample of [...samples].sort(bySampleOrder)) {
      const minute = Math.floor(sample.startMs / MINUTE_MS);
      const owner = owners.get(minute) ?? source;
      owners.set(minute, owner);
      if (owner === source) counted.push({ source, sample, segments: [], amount: sample.value });
      else aside.push({ reason: 'lower_priority', amount: 1 });
    }
    return aside;
  });
  return { counted, setAside };
}

/** One value a day: the newest of the highest-priority source that has one (SRC6). */
export function decideDaily(sources: readonly SourceSamples[]): DayDecision {
  const counted: CountedSample[] = [];
  const setAside = sources.map(({ samples }, source) => {
    const [newest, ...older] = [...samples].sort(byNewest);
    const aside: SetAside[] = older.map(() => ({ reason: 'overlap_same_source', amount: 1 }));
    if (newest === undefined) return aside;
    if (counted.length === 0) counted.push({ source, sample: newest, segments: [], amount: newest.value });
    else aside.push({ reason: 'lower_priority', amount: 1 });
    return aside;
  });
  return { counted, setAside };
}
