import type { ActionName, ActionResult, Change, CloudKit } from '../frame/cloud.ts';
import type { Person } from '../people/people.ts';
import { addDays } from '../people/zones.ts';
import { activities } from './activities.ts';
import { dailies } from './days.ts';
import type { Account } from './model.ts';
import { sleeps } from './nights.ts';
import { SUMMARY_TYPES, type SummaryType } from './summaries.ts';
import type { Upload, Uploads } from './uploads.ts';

interface ActionsOptions {
  readonly kit: CloudKit;
  readonly uploads: Uploads;
  readonly account: (person: Person) => Account;
  readonly permissions: Map<string, readonly string[]>;
}

type Body = Readonly<Record<string, unknown>>;

/** What people and their devices do at Garmin. Nothing is ever deleted there as far as a partner is told. */
export function createActions(options: ActionsOptions) {
  return (action: ActionName, person: Person, body: Body): ActionResult => {
    const account = options.account(person);
    switch (action) {
      case 'revise':
        return revise(options, account, body['type']);
      case 'record':
        return record(options, account, typeof body['days'] === 'number' ? body['days'] : 1);
      case 'deauthorize':
        return deauthorize(options, account);
      case 'permissions':
        return changePermissions(options, account, body);
      case 'burst':
        return burst(options);
      default:
        return undefined;
    }
  };
}

/** The last day grows, the newest night becomes final; `type` picks one, and `activities` a manual edit. */
function revise({ uploads }: ActionsOptions, account: Account, type: unknown): ActionResult {
  const { history } = account;
  const changes: Change[] = [];
  const told: Upload[] = [];
  const note = (kind: SummaryType, date: string, change: Omit<Change, 'type'>): void => {
    changes.push({ type: kind, ...change });
    told.push({ account, type: kind, from: date, to: date });
  };
  const date = history.dates().at(-1);
  const grown =
    (type === undefined || type === 'dailies') && date !== undefined ? history.growDay(date) : undefined;
  const minutes = date === undefined ? undefined : history.minutes(date);
  if (grown && minutes && date !== undefined)
    note('dailies', date, {
      id: dailies(account, grown.after, minutes).summaryId,
      before: { date, steps: grown.before.steps },
      after: { date, steps: grown.after.steps },
    });
  const night = history.sleeps().at(-1);
  const scored =
    (type === undefined || type === 'sleeps') && night ? history.reviseSleep(night.key) : undefined;
  if (scored)
    note('sleeps', scored.after.date, {
      id: sleeps(account, scored.after).summaryId,
      before: { endTimeInSeconds: scored.before.endMs / 1000, validation: 'ENHANCED_TENTATIVE' },
      after: { endTimeInSeconds: scored.after.endMs / 1000, validation: 'ENHANCED_FINAL' },
    });
  const last = history.workouts().at(-1);
  const edited = type === 'activities' && last ? history.reviseWorkout(last.key) : undefined;
  if (edited)
    note('manuallyUpdatedActivities', edited.after.date, {
      id: activities(account, edited.after).summaryId,
      before: { distanceInMeters: edited.before.distanceM },
      after: { distanceInMeters: edited.after.distanceM },
    });
  uploads.notify(told);
  return changes.length > 0 ? changes : undefined;
}

/** The device is read out: everything since the last time, and one activity more on each of the last days. */
function record({ kit, uploads }: ActionsOptions, account: Account, days: number): ActionResult {
  const { history } = account;
  const since = history.lastDate();
  const added = history.record(kit.now(), Math.max(0, Math.min(days, 30)));
  const to = history.lastDate();
  const earliest = added.map(({ date }) => date).sort()[0];
  const types = SUMMARY_TYPES.filter((type) => type !== 'manuallyUpdatedActivities');
  uploads.notify(
    types.map((type) => {
      const isActivity = type === 'activities' || type === 'activityDetails';
      const from = isActivity && earliest !== undefined && earliest < since ? earliest : since;
      return { account, type, from, to };
    }),
  );
  const activitiesAdded = added.map((workout): Change => {
    const { summaryId } = activities(account, workout);
    return { type: 'activities', id: summaryId, after: { startTimeInSeconds: workout.startMs / 1000 } };
  });
  return [...activitiesAdded, { type: 'dailies', id: to, after: { from: since, to } }];
}

function deauthorize({ kit }: ActionsOptions, account: Account): ActionResult {
  const { userId, history } = account;
  if (!kit.endGrant(history.person)) return undefined;
  kit.push({
    contentType: 'application/json',
    body: JSON.stringify({ deregistrations: [{ userId }] }),
    about: `deregistration of ${history.person.name}`,
  });
  return [{ type: 'deregistrations', id: userId }];
}

function changePermissions({ kit, permissions }: ActionsOptions, account: Account, body: Body): ActionResult {
  const { name } = account.history.person;
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const before = permissions.get(name) ?? [];
  const added = list(body['add']).filter((value) => typeof value === 'string' && !before.includes(value));
  const after = [...before, ...added.map(String)].filter((value) => !list(body['remove']).includes(value));
  permissions.set(name, after);
  const change = {
    userId: account.userId,
    summaryId: kit.random.hex(8),
    permissions: after,
    changeTimeInSeconds: Math.floor(kit.now() / 1000),
  };
  if (kit.grantOf(account.history.person) !== undefined)
    kit.push({
      contentType: 'application/json',
      body: JSON.stringify({ userPermissionsChange: [change] }),
      about: `permissions of ${name}`,
    });
  return [{ type: 'userPermissionsChange', id: account.userId, before, after }];
}

/** Everybody's last three days in one POST: several people, all types. */
function burst({ kit, uploads, account }: ActionsOptions): ActionResult {
  const connected = kit.people.filter((person) => kit.grantOf(person) !== undefined).map(account);
  uploads.notify(
    SUMMARY_TYPES.flatMap((type) =>
      connected.map((one) => ({
        account: one,
        type,
        from: addDays(one.history.lastDate(), -2),
        to: one.history.lastDate(),
      })),
    ),
    'all in one',
  );
  return connected.length === 0 ? undefined : connected.map(({ userId }) => ({ type: 'burst', id: userId }));
}
