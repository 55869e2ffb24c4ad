import { readFileSync } from 'node:fs';

interface PhoneAndWatch {
  readonly expected: Readonly<Record<'truth' | 'watch' | 'phone' | 'phoneSetAside' | 'plainSum', number>>;
  readonly date: string;
  readonly zoneOffsetMinutes: number;
  readonly hours: readonly { readonly hour: string; readonly phone: number; readonly watch?: number }[];
}

/** The day that must read 14,079 steps; its arithmetic is in the file. */
export const phoneAndWatch = JSON.parse(
  readFileSync(new URL('../fixtures/priorities/phone-and-watch.json', import.meta.url), 'utf8'),
) as PhoneAndWatch;

/** Both devices behind one provider, or the watch at a provider that comes after the phone's by default. */
export const PHONE_AND_WATCH_SOURCES = {
  oneProvider: {
    phone: { provider: 'apple_health', device: { type: 'phone' } },
    watch: { provider: 'apple_health', device: { type: 'watch' } },
  },
  twoProviders: {
    phone: { provider: 'apple_health', device: { type: 'phone' } },
    watch: { provider: 'garmin', device: { type: 'watch' } },
  },
} as const;

/** Its hours as samples of `steps` for the door of ingestion. */
export function phoneAndWatchSamples(): readonly object[] {
  const { date, zoneOffsetMinutes, hours } = phoneAndWatch;
  return hours.flatMap(({ hour, ...counts }) => {
    const startMs = Date.parse(`${date}T${hour}:00:00Z`) - zoneOffsetMinutes * 60_000;
    return Object.entries(counts).map(([source, value]) => ({
      source,
      metric: 'steps',
      start: new Date(startMs).toISOString(),
      end: new Date(startMs + 3_600_000).toISOString(),
      value,
      unit: 'count',
      zoneOffsetMinutes,
    }));
  });
}
