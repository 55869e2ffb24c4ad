import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

type Recording = { readonly heartRate: Uint8Array; readonly steps: Uint8Array };

const FILE = fileURLToPath(
  new URL('../../../../test/data/fitabase/minute-heart-rate-steps.csv.gz', import.meta.url),
);
/** The wearer of the recording with the most minutes of a day. */
const WEARER = '2347167796';

let days: readonly Recording[] | undefined;

/**
 * Real minutes for a calendar date: the recorded days in turn, shifted whole. Undefined without the recording,
 * which is test data and need not be there.
 */
export function recordedDay(date: string): Recording | undefined {
  days ??= existsSync(FILE) ? readDays(gunzipSync(readFileSync(FILE)).toString('utf8')) : [];
  return days[Math.floor(Date.parse(`${date}T00:00:00Z`) / 86_400_000) % Math.max(1, days.length)];
}

/** Columns: user_id, local_time, heart_rate_bpm, intensity, steps. */
function readDays(csv: string): readonly Recording[] {
  const byDate = new Map<string, Recording>();
  for (const line of csv.split('\n')) {
    if (!line.startsWith(WEARER)) continue;
    const [, time = '', beats = '', , walked = ''] = line.split(',');
    const date = time.slice(0, 10);
    const day = byDate.get(date) ?? { heartRate: new Uint8Array(1440), steps: new Uint8Array(1440) };
    const minute = Number(time.slice(11, 13)) * 60 + Number(time.slice(14, 16));
    day.heartRate[minute] = Number(beats);
    day.steps[minute] = Math.min(220, Number(walked));
    byDate.set(date, day);
  }
  return [...byDate.values()];
}
