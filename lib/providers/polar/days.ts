import { parseLocalDate } from '../../core/instants.ts';
import { dailyValue } from '../daily-value.ts';
import type { MapContext } from '../definition.ts';
import { measured, unlessZero } from '../measured.ts';
import type { DayValue, ProviderRecord } from '../model.ts';
import type { EntryFault } from '../read-list.ts';
import { dayList } from './day-lists.ts';
import { POLAR } from './pages.ts';
import { ActivityPayload, RechargePayload, SkinTemperaturePayload } from './payloads.ts';

function daily(
  code: string,
  date: string,
  context: MapContext,
  values: readonly DayValue[],
): readonly ProviderRecord[] | EntryFault {
  const day = parseLocalDate(date);
  if (day === undefined) return { fault: 'date: expected a date' };
  return values.map((value) =>
    dailyValue(day, context, { ...value, recordId: `${code}:${day}`, source: POLAR }),
  );
}

/** Totals of a day, which hold what exercises added. The distance is the one of the steps. */
export const activity = dayList({
  code: 'activity',
  title: 'Activity',
  path: '/v3/users/activities',
  isRanged: true,
  hasDays: true,
  // A request takes 28 days; a day more is asked for on each side.
  maxWindowDays: 25,
  produces: { metrics: ['steps', 'distance', 'active_energy', 'total_energy'], records: [] },
  schema: ActivityPayload,
  toRecords: (day, context) =>
    daily('activity', day.start_time.slice(0, 10), context, [
      ...measured('steps', day.steps, '{steps}'),
      ...measured('distance', day.distance_from_steps, 'm'),
      ...measured('active_energy', day.active_calories, 'kcal'),
      ...measured('total_energy', day.calories, 'kcal'),
    ]),
});

/** What a night did to the body. Averages stand for their series; the status is 1 to 6 and stays so. */
export const nightlyRecharge = dayList({
  code: 'nightly-recharge',
  title: 'Nightly recharge',
  path: '/v3/users/nightly-recharge',
  isRanged: false,
  hasDays: true,
  maxWindowDays: 28,
  produces: {
    metrics: ['sleeping_heart_rate_avg', 'hrv_rmssd', 'respiratory_rate', 'recovery_score'],
    records: [],
  },
  schema: RechargePayload,
  toRecords: (night, context) =>
    daily('nightly-recharge', night.date, context, [
      ...measured('sleeping_heart_rate_avg', unlessZero(night.heart_rate_avg), '/min'),
      ...measured('hrv_rmssd', unlessZero(night.heart_rate_variability_avg), 'ms'),
      ...measured('respiratory_rate', unlessZero(night.breathing_rate_avg), '/min'),
      ...measured('recovery_score', unlessZero(night.nightly_recharge_status), '{score}'),
    ]),
});

export const skinTemperature = dayList({
  code: 'skin-temperature',
  title: 'Skin temperature',
  path: '/v3/users/biosensing/skin-temperature',
  isRanged: true,
  isOptional: true,
  hasDays: false,
  maxWindowDays: 25,
  produces: { metrics: ['skin_temperature', 'skin_temperature_deviation'], records: [] },
  schema: SkinTemperaturePayload,
  toRecords: (night, context) =>
    daily('skin-temperature', night.sleep_date, context, [
      ...measured('skin_temperature', unlessZero(night.sleep_time_skin_temperature_celsius), 'Cel'),
      ...measured('skin_temperature_deviation', night.deviation_from_baseline_celsius, 'K'),
    ]),
});
