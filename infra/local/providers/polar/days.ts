import type { DayFacts, History } from '../people/history.ts';
import { isoDuration, wallText } from './formats.ts';
import { userIdOf } from './model.ts';

const MINUTE_MS = 60_000;
const PULSE_MIN = 5;

/** Metres, with one digit behind the point. */
export const distanceOf = ({ distanceM }: DayFacts): number => Math.round(distanceM * 10) / 10;

export const activityJson = ({ person }: History, day: DayFacts) => ({
  start_time: wallText(person.zone, day.startMs),
  end_time: wallText(person.zone, day.untilMs),
  active_duration: isoDuration((day.moderateMin + day.vigorousMin) * MINUTE_MS),
  inactive_duration: isoDuration(day.sedentaryMin * MINUTE_MS),
  daily_activity: Math.round((day.steps / person.dailySteps) * 1000) / 10,
  calories: day.activeKcal + day.basalKcal,
  active_calories: day.activeKcal,
  steps: day.steps,
  inactivity_alert_count: 1,
  distance_from_steps: distanceOf(day),
});

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`;

/** The steps of each minute that has some. */
export function activitySamplesJson(history: History, date: string) {
  const steps = history.minutes(date)?.steps ?? new Uint8Array();
  return {
    date,
    steps: {
      interval_ms: MINUTE_MS,
      total_steps: steps.reduce((sum, walked) => sum + walked, 0),
      samples: [...steps.entries()].flatMap(([minute, walked]) =>
        walked === 0 ? [] : [{ steps: walked, timestamp: `${date}T${clock(minute)}` }],
      ),
    },
  };
}

/** Every five minutes by the wall clock, without an offset. */
export function heartRateJson(history: History, date: string) {
  const minutes = history.minutes(date);
  const beats = minutes?.heartRate ?? new Uint8Array();
  return {
    polar_user: `https://www.polaraccesslink.com/v3/users/${userIdOf(history.person)}`,
    date,
    heart_rate_samples: [...beats.entries()].flatMap(([minute, heartRate]) => {
      if (heartRate === 0 || minute % PULSE_MIN > 0 || minutes === undefined) return [];
      const atMs = minutes.startMs + minute * MINUTE_MS;
      return [{ heart_rate: heartRate, sample_time: wallText(history.person.zone, atMs).slice(11) }];
    }),
  };
}

export const cardioLoadJson = (day: DayFacts) => ({
  date: day.date,
  cardio_load_status: 'MAINTAINING',
  cardio_load_ratio: 1.02,
  cardio_load: Math.round(day.strain * 7),
  strain: Math.round(day.strain * 30) / 10,
  tolerance: 52.1,
  cardio_load_level: { very_low: 12, low: 33, medium: 60, high: 98, very_high: 140 },
});
