import type { DayFacts, Minutes, Workout } from '../people/history.ts';
import { activities, activityDetails } from './activities.ts';
import { dailies, epochs, stressDetails, userMetrics } from './days.ts';
import { bloodPressures, bodyComps, healthSnapshot } from './measurements.ts';
import type { Account, Summary } from './model.ts';
import { hrv, type Night, pulseox, respiration, skinTemp, sleeps } from './nights.ts';

/** Keys of notifications, in the order in which a device's upload is told. */
export const SUMMARY_TYPES = [
  'dailies',
  'epochs',
  'sleeps',
  'bodyComps',
  'stressDetails',
  'userMetrics',
  'pulseox',
  'allDayRespiration',
  'hrv',
  'healthSnapshot',
  'bloodPressures',
  'skinTemp',
  'activities',
  'activityDetails',
  'manuallyUpdatedActivities',
] as const;

export type SummaryType = (typeof SUMMARY_TYPES)[number];

/** Names in the paths of backfill, where they differ from the keys of notifications. */
const BACKFILL_NAMES: Readonly<Record<string, SummaryType>> = {
  pulseOx: 'pulseox',
  respiration: 'allDayRespiration',
};
/** Types that may be asked for and of which nobody here has anything. */
export const EMPTY_BACKFILLS: readonly string[] = ['moveiq'];

export const backfillType = (name: string): SummaryType | undefined =>
  BACKFILL_NAMES[name] ??
  SUMMARY_TYPES.find(
    (type) =>
      type === name && type !== 'manuallyUpdatedActivities' && !Object.values(BACKFILL_NAMES).includes(type),
  );

export const permissionFor = (type: SummaryType): string =>
  type === 'activities' || type === 'activityDetails' || type === 'manuallyUpdatedActivities'
    ? 'ACTIVITY_EXPORT'
    : 'HEALTH_EXPORT';

type OfDay = (account: Account, day: DayFacts, minutes: Minutes) => Summary | readonly Summary[] | undefined;
type OfNight = (account: Account, day: Night, sleep: Parameters<typeof hrv>[2]) => Summary;
type OfWorkout = (account: Account, workout: Workout) => Summary;

const DAYS: Partial<Record<SummaryType, OfDay>> = {
  dailies,
  epochs,
  stressDetails,
  userMetrics,
  bodyComps,
  bloodPressures,
  healthSnapshot,
};
const NIGHTS: Partial<Record<SummaryType, OfNight>> = {
  pulseox,
  allDayRespiration: respiration,
  hrv,
  skinTemp,
};
const WORKOUTS: Partial<Record<SummaryType, OfWorkout>> = {
  activities,
  manuallyUpdatedActivities: activities,
  activityDetails,
};

/** All summaries of a type whose local date lies in [from, to], oldest first, as they are now. */
export function summariesOf(
  account: Account,
  type: SummaryType,
  from: string,
  to: string,
): readonly Summary[] {
  const { history } = account;
  const inRange = ({ date }: { readonly date: string }): boolean => date >= from && date <= to;
  const ofDay = DAYS[type];
  if (ofDay !== undefined)
    return history.dates(from, to).flatMap((date) => daySummaries(account, ofDay, date));
  const nights = history.sleeps().filter(inRange);
  if (type === 'sleeps') return nights.map((sleep) => sleeps(account, sleep));
  const ofWorkout = WORKOUTS[type];
  if (ofWorkout !== undefined)
    return history
      .workouts()
      .filter(inRange)
      .map((workout) => ofWorkout(account, workout));
  const ofNight = NIGHTS[type];
  return nights.flatMap((sleep) => {
    const day = history.day(sleep.date);
    const night = day?.night;
    return ofNight && day && night ? [ofNight(account, { ...day, night }, sleep)] : [];
  });
}

function daySummaries(account: Account, ofDay: OfDay, date: string): readonly Summary[] {
  const day = account.history.day(date);
  const minutes = account.history.minutes(date);
  const found = day && minutes && ofDay(account, day, minutes);
  return found === undefined ? [] : [found].flat();
}

/** A summary as it is told. */
export const told = (
  account: Account,
  { summaryId, fields }: Summary,
): Readonly<Record<string, unknown>> => ({
  userId: account.userId,
  summaryId,
  ...fields,
});
