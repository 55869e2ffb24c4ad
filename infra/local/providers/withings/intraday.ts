import type { History } from '../people/history.ts';
import { deviceIdOf, epochSec } from './model.ts';

const MINUTE_MS = 60_000;
/** Minutes between two measurements of the pulse while nothing happens. */
const PULSE_MIN = 10;

/** What the watch noted, keyed by epoch second: minutes with steps, and the pulse every ten minutes. */
export function intradayJson(
  history: History,
  dates: readonly string[],
  fromMs: number,
  toMs: number,
): Readonly<Record<string, object>> {
  const series: Record<string, object> = {};
  const deviceid = deviceIdOf(history.person, 'watch');
  for (const date of dates) {
    const minutes = history.minutes(date);
    if (minutes === undefined) continue;
    for (const [minute, beats] of minutes.heartRate.entries()) {
      const atMs = minutes.startMs + minute * MINUTE_MS;
      const steps = minutes.steps[minute] ?? 0;
      if (atMs < fromMs || atMs > toMs || (steps === 0 && (beats === 0 || minute % PULSE_MIN > 0))) continue;
      series[epochSec(atMs)] = {
        deviceid,
        model: 'Activity Tracker',
        model_id: 93,
        duration: 60,
        ...(steps === 0 ? {} : { steps, distance: Math.round(steps * 0.74 * 10) / 10 }),
        ...(beats === 0 ? {} : { heart_rate: beats }),
      };
    }
  }
  return series;
}
