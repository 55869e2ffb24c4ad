import type { SumWorkoutsAnswer, Workout, WorkoutGroup } from '../../../../../contracts/http/workouts.ts';
import { monthAfter, wornDayAndTime } from '../clock.ts';
import { chosenBy, counted, element, make, number } from '../elements.ts';
import { listGroups, listWorkouts, sourceName, sumWorkouts } from '../read-models-api.ts';
import { duration, heartRate, kilometres, typeName } from './words.ts';
import { openWorkout, showWorkout } from './workout-detail.ts';
import { nextMonth, previousMonth, rangeOf } from './workout-months.ts';

interface Month {
  readonly workouts: readonly Workout[];
  readonly groups: readonly WorkoutGroup[];
  readonly totals: SumWorkoutsAnswer;
}

const shown = { userId: '', month: '', workoutId: '', drawn: '', opened: '', figures: '' };

export function prepareWorkouts(): void {
  const turn = (find: typeof nextMonth) => async () => {
    const month = await find(shown.userId, shown.month);
    if (month === undefined) return;
    Object.assign(shown, { month, workoutId: '' });
    await showWorkouts(shown.userId);
  };
  element('workouts-previous').addEventListener('click', () => void turn(previousMonth)());
  element('workouts-next').addEventListener('click', () => void turn(nextMonth)());
}

/** A month of workouts with one of them opened: at first the newest that counts. */
export async function showWorkouts(userId: string): Promise<void> {
  if (userId !== shown.userId) Object.assign(shown, { userId, month: '', workoutId: '' });
  if (userId !== '' && shown.month === '') {
    const thisMonth = new Date().toISOString().slice(0, 7);
    const month = await previousMonth(userId, monthAfter(thisMonth, 1));
    if (userId !== shown.userId) return;
    shown.month = month ?? '';
  }
  const { month } = shown;
  element('workouts-empty').hidden = month !== '';
  for (const id of ['workouts-figures', 'workouts-ways', 'workouts-totals'])
    element(id).hidden = month === '';
  if (month === '') return;
  const range = rangeOf(month);
  const [workouts, groups, totals] = await Promise.all([
    listWorkouts(userId, range),
    listGroups(userId, range),
    sumWorkouts(userId, range),
  ]);
  if (userId !== shown.userId || month !== shown.month) return;
  if (!workouts.some(({ id }) => id === shown.workoutId))
    shown.workoutId = (workouts.findLast(({ primary }) => primary) ?? workouts.at(-1))?.id ?? '';
  showList({ workouts, groups, totals });
  await showOpened({ workouts, groups, totals });
}

function showList(listed: Month): void {
  const drawn = JSON.stringify([shown.userId, shown.month, shown.workoutId, listed]);
  if (drawn === shown.drawn) return;
  shown.drawn = drawn;
  element('workouts-month').textContent = shown.month;
  element('workouts-totals').textContent = totalsWords(listed.totals);
  const isFocused = element('workouts').matches(':focus-within');
  const lines = inFamilies(listed).map((workout) => listLine(workout, listed));
  element('workouts')
    .querySelector('tbody')
    ?.replaceChildren(...lines);
  if (isFocused) element('workouts').querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
}

/** The newest first, copies right behind the one that counts. */
function inFamilies({ workouts, groups }: Month): readonly Workout[] {
  const groupOf = new Map(groups.flatMap((group) => group.members.map(({ id }) => [id, group] as const)));
  const leading = workouts.filter(({ id, primary }) => primary || !groupOf.has(id));
  const placed = new Set(leading.map(({ id }) => id));
  const lines = leading.toReversed().flatMap((workout) => {
    const copies = (groupOf.get(workout.id)?.members ?? []).filter(({ id }) => !placed.has(id));
    for (const { id } of copies) placed.add(id);
    return [workout, ...copies];
  });
  return [...lines, ...workouts.filter(({ id }) => !placed.has(id))];
}

function listLine(workout: Workout, listed: Month): HTMLElement {
  const attributes = {
    'data-counts': String(workout.primary),
    'data-id': workout.id,
    'aria-selected': String(workout.id === shown.workoutId),
  };
  const cells = [
    // The year stands above the list.
    make('td', {}, wornDayAndTime(workout.start, workout.zoneOffsetMinutes).slice(5)),
    make('td', {}, typeName(workout.type)),
    make('td', { class: 'number' }, duration(workout)),
    make('td', { class: 'number' }, kilometres(workout)),
    make('td', { class: 'number' }, heartRate(workout)),
    make('td', {}, sourceName(workout.source)),
    make('td', {}, standing(workout, listed)),
  ];
  return chosenBy(make('tr', attributes, ...cells), () => {
    shown.workoutId = workout.id;
    showList(listed);
    void showOpened(listed);
  });
}

function standing(workout: Workout, { groups }: Month): string {
  const group = groups.find(({ id }) => id === workout.duplicateGroup);
  if (group === undefined) return workout.parentId === undefined ? 'yes' : 'part of another';
  if (workout.primary) return `yes, of ${group.members.length}`;
  const primary = group.members.find(({ id }) => id === group.primaryId);
  return `no: copy of ${primary?.source.provider ?? 'another'}`;
}

function totalsWords({ totals, counted: activities, setAside }: SumWorkoutsAnswer): string {
  const families = totals.map(({ key, counted: count, distanceM }) =>
    distanceM === null ? `${key} ${count}` : `${key} ${count} (${number(distanceM / 1_000, 1)} km)`,
  );
  const aside = setAside === 0 ? [] : [`${number(setAside)} set aside`];
  return [`${counted(activities, 'workout')} counted`, ...aside, ...families].join(' · ');
}

/** Opens the chosen workout anew when it, its group or the room for it changed; its samples may come later. */
async function showOpened({ workouts, groups }: Month): Promise<void> {
  const { userId, workoutId } = shown;
  const workout = workouts.find(({ id }) => id === workoutId);
  const group = groups.find(({ members }) => members.some(({ id }) => id === workoutId));
  const asked = JSON.stringify([userId, workoutId, workout, group, innerWidth]);
  if (workoutId === '' || asked === shown.opened) return;
  const opened = await openWorkout(userId, workoutId);
  if (userId !== shown.userId || workoutId !== shown.workoutId) return;
  const isWhole = (opened.heartRate.series[0]?.buckets ?? []).length > 0;
  shown.opened = isWhole ? asked : '';
  const figures = asked + JSON.stringify(opened);
  if (figures === shown.figures) return;
  shown.figures = figures;
  showWorkout({ container: element('workout'), userId, group, changed: () => showWorkouts(userId) }, opened);
}
