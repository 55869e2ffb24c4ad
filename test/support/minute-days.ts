const SOURCE = { provider: 'garmin', device: { type: 'watch' } };
const MINUTES_PER_DAY = 1_440;
const MINUTES_PER_BATCH = 250;

/**
 * Days of a heart rate and a step count each minute, as requests of 500 samples; the last day is `lastDay`. Some
 * 2,880 samples a day.
 */
export function* minuteDays(lastDay: string, dayCount: number): Generator<object> {
  const endMs = Date.parse(`${lastDay}T00:00:00Z`) + 86_400_000;
  const minuteCount = dayCount * MINUTES_PER_DAY;
  for (let from = 0; from < minuteCount; from += MINUTES_PER_BATCH) {
    const length = Math.min(MINUTES_PER_BATCH, minuteCount - from);
    const samples = Array.from({ length }, (_, index) => {
      const startMs = endMs - (minuteCount - from - index) * 60_000;
      const start = new Date(startMs).toISOString();
      const end = new Date(startMs + 60_000).toISOString();
      const base = { source: 'w', start, zoneOffsetMinutes: 0 };
      const minute = from + index;
      return [
        { ...base, metric: 'heart_rate', value: 55 + (minute % 90), unit: 'bpm' },
        { ...base, metric: 'steps', end, value: minute % 120, unit: 'count' },
      ];
    }).flat();
    yield { requestId: `minutes-${from}`, origin: 'backfill', sources: { w: SOURCE }, samples };
  }
}
