import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface ExpectedDay {
  count: number;
  sum: number;
  min: number;
  max: number;
}

/**
 * Daily figures straight from the CSV, by the dates written in it and with nothing of the project's own code:
 * `<user_id>/<metric>` to date to figures.
 */
export async function expectedDays(
  path: string,
): Promise<ReadonlyMap<string, ReadonlyMap<string, ExpectedDay>>> {
  const days = new Map<string, Map<string, ExpectedDay>>();
  const [, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trim().split(/\r?\n/);
  for (const line of lines) {
    const [user = '', time = '', heartRate = '', , steps = ''] = line.split(',');
    note(days, `${user}/heart_rate`, time.slice(0, 10), Number(heartRate));
    note(days, `${user}/steps`, time.slice(0, 10), Number(steps));
  }
  return days;
}

function note(days: Map<string, Map<string, ExpectedDay>>, key: string, date: string, value: number): void {
  const dates = days.get(key) ?? new Map<string, ExpectedDay>();
  days.set(key, dates);
  const day = dates.get(date);
  if (day === undefined) {
    dates.set(date, { count: 1, sum: value, min: value, max: value });
    return;
  }
  day.count += 1;
  day.sum += value;
  day.min = Math.min(day.min, value);
  day.max = Math.max(day.max, value);
}
