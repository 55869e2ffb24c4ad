import type { ActionName, ActionResult, Change, CloudKit } from '../frame/cloud.ts';
import type { Person } from '../people/people.ts';
import { addDays } from '../people/zones.ts';
import { DAILY_TYPES } from './daily-types.ts';
import { MINUTE_TYPES } from './minute-types.ts';
import type { Account } from './model.ts';
import { type Notification, notify } from './notifications.ts';
import { exerciseId, sleepId } from './session-types.ts';
import { instantText } from './shapes.ts';

type Body = Readonly<Record<string, unknown>>;

/** What people and their devices do. Google never tells of a removed authorization: the tokens just die. */
export function createActions(kit: CloudKit, accountOf: (person: Person) => Account) {
  return (action: ActionName, person: Person, body: Body): ActionResult => {
    const account = accountOf(person);
    switch (action) {
      case 'revise':
        return revise(kit, account, body['type']);
      case 'delete':
        return remove(kit, account, body['type']);
      case 'record':
        return record(kit, account, typeof body['days'] === 'number' ? body['days'] : 1);
      case 'deauthorize':
        return kit.endGrant(person) ? [{ type: 'authorization', id: account.healthUserId }] : undefined;
      case 'burst':
        return burst(kit, account, typeof body['count'] === 'number' ? body['count'] : 120);
      default:
        return undefined;
    }
  };
}

/** The last day gains steps, the newest night is processed; `type` picks one, `exercise` a corrected workout. */
function revise(kit: CloudKit, account: Account, type: unknown): ActionResult {
  const wanted = (name: string): boolean => type === name || (type === undefined && name !== 'exercise');
  const changed = [
    wanted('steps') ? growSteps(account) : undefined,
    wanted('sleep') ? scoreSleep(account) : undefined,
    wanted('exercise') ? correctExercise(account) : undefined,
  ].filter((entry) => entry !== undefined);
  notify(
    kit,
    account,
    changed.flatMap(({ notifications }) => notifications),
  );
  return changed.length > 0 ? changed.map(({ change }) => change) : undefined;
}

interface Changed {
  readonly change: Change;
  readonly notifications: readonly Notification[];
}

function growSteps({ history }: Account): Changed | undefined {
  const date = history.dates().at(-1);
  const grown = date === undefined ? undefined : history.growDay(date);
  if (grown === undefined || date === undefined) return undefined;
  const when = { operation: 'UPSERT', startMs: grown.after.startMs, endMs: grown.after.untilMs } as const;
  return {
    change: { type: 'steps', id: date, before: grown.before.steps, after: grown.after.steps },
    notifications: ['steps', 'distance', 'total-calories'].map((dataType) => ({ dataType, ...when })),
  };
}

function scoreSleep(account: Account): Changed | undefined {
  const night = account.history.sleeps().at(-1);
  const scored = night && account.history.reviseSleep(night.key);
  if (scored === undefined) return undefined;
  const { before, after } = scored;
  return {
    change: {
      type: 'sleep',
      id: sleepId(account, after),
      before: { end: instantText(before.endMs), processed: before.final },
      after: { end: instantText(after.endMs), processed: after.final },
    },
    notifications: [{ dataType: 'sleep', operation: 'UPSERT', startMs: after.startMs, endMs: after.endMs }],
  };
}

function correctExercise(account: Account): Changed | undefined {
  const last = account.history.workouts().at(-1);
  const corrected = last && account.history.reviseWorkout(last.key);
  if (corrected === undefined) return undefined;
  const { before, after } = corrected;
  return {
    change: {
      type: 'exercise',
      id: exerciseId(account, after),
      before: { distance: before.distanceM },
      after: { distance: after.distanceM },
    },
    notifications: [
      { dataType: 'exercise', operation: 'UPSERT', startMs: after.startMs, endMs: after.endMs },
    ],
  };
}

/** Deletes the newest sleep, or with `type: exercise` the newest workout. */
function remove(kit: CloudKit, account: Account, type: unknown): ActionResult {
  const { history } = account;
  const [dataType, idOf] =
    type === 'exercise' ? (['exercise', exerciseId] as const) : (['sleep', sleepId] as const);
  const key = (type === 'exercise' ? history.workouts() : history.sleeps()).at(-1)?.key ?? '';
  const gone = type === 'exercise' ? history.deleteWorkout(key) : history.deleteSleep(key);
  if (gone === undefined) return undefined;
  const { startMs, endMs } = gone;
  const recordId = idOf(account, { key });
  notify(kit, account, [{ dataType, operation: 'DELETE', recordId, startMs, endMs }]);
  return [{ type: dataType, id: recordId, before: { start: instantText(startMs), end: instantText(endMs) } }];
}

/** The device is read out: everything since the last time, and one workout more on each of the last days. */
function record(kit: CloudKit, account: Account, days: number): ActionResult {
  const { history } = account;
  const sinceMs = history.horizonMs();
  const since = history.lastDate();
  const added = history.record(kit.now(), Math.max(0, Math.min(days, 30)));
  const untilMs = history.horizonMs();
  const notifications = [...MINUTE_TYPES, ...DAILY_TYPES].flatMap(({ url, kind }): Notification[] => {
    const upsert = { dataType: url, operation: 'UPSERT' } as const;
    if (kind !== 'daily') return [{ ...upsert, startMs: sinceMs, endMs: untilMs }];
    return datesFrom(since, history.lastDate()).map((date) => ({ ...upsert, date }));
  });
  const sleeps = history.sleeps().filter(({ endMs }) => endMs > sinceMs);
  notify(kit, account, [
    ...notifications,
    ...sleeps.map(({ startMs, endMs }) => ({
      dataType: 'sleep',
      operation: 'UPSERT' as const,
      startMs,
      endMs,
    })),
    ...added.map(({ startMs, endMs }) => ({
      dataType: 'exercise',
      operation: 'UPSERT' as const,
      startMs,
      endMs,
    })),
  ]);
  return [
    ...added.map(
      (workout): Change => ({
        type: 'exercise',
        id: exerciseId(account, workout),
        after: { start: instantText(workout.startMs) },
      }),
    ),
    ...sleeps.map(
      (sleep): Change => ({
        type: 'sleep',
        id: sleepId(account, sleep),
        after: { start: instantText(sleep.startMs) },
      }),
    ),
    {
      type: 'steps',
      id: history.lastDate(),
      after: { from: instantText(sinceMs), to: instantText(untilMs) },
    },
  ];
}

function datesFrom(from: string, to: string): readonly string[] {
  const dates: string[] = [];
  for (let date = from; date <= to && dates.length < 100; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** Many five-minute notifications of steps at once, as a device that was away for long makes them. */
function burst(kit: CloudKit, account: Account, count: number): ActionResult {
  const endMs = account.history.horizonMs();
  const whole = Math.max(1, Math.min(1000, Math.floor(count)));
  notify(
    kit,
    account,
    Array.from({ length: whole }, (_, index) => ({
      dataType: 'steps',
      operation: 'UPSERT',
      startMs: endMs - (index + 1) * 300_000,
      endMs: endMs - index * 300_000,
    })),
  );
  return [{ type: 'steps', id: 'burst', after: { notifications: whole } }];
}
