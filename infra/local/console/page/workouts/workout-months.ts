import type { Workout } from '../../../../../contracts/http/workouts.ts';
import { monthAfter } from '../clock.ts';
import { type InstantRange, listWorkouts } from '../read-models-api.ts';

const EARLIEST = '2000-01-01T00:00:00Z';
const LATEST = '2100-01-01T00:00:00Z';
const MAX_PAGE_COUNT = 1_000;
/** How far back is looked at, step by step: who has workouts every week is answered by the first. */
const LOOK_BACK_MONTHS = [1, 6, 24];

/** The month in UTC. */
export const rangeOf = (month: string): InstantRange => ({
  from: `${month}-01T00:00:00Z`,
  to: `${monthAfter(month, 1)}-01T00:00:00Z`,
});

const monthOf = (workout: Workout | undefined): string | undefined => workout?.start.slice(0, 7);

/** The first month after this one in which a workout starts. */
export const nextMonth = async (userId: string, month: string): Promise<string | undefined> =>
  monthOf((await listWorkouts(userId, { from: rangeOf(month).to, to: LATEST }, 1))[0]);

/** The last month before this one in which a workout starts, or nearly: of a thousand and more the page's last. */
export async function previousMonth(userId: string, month: string): Promise<string | undefined> {
  const { from: to } = rangeOf(month);
  const earliest = await listWorkouts(userId, { from: EARLIEST, to }, 1);
  if (earliest.length === 0) return undefined;
  const starts = [...LOOK_BACK_MONTHS.map((by) => rangeOf(monthAfter(month, -by)).from), EARLIEST];
  for (const from of starts) {
    const found = await listWorkouts(userId, { from, to }, MAX_PAGE_COUNT);
    if (found.length > 0) return monthOf(found.at(-1));
  }
  return undefined;
}
