import type { ActionName, ActionResult, CloudKit } from '../frame/cloud.ts';
import type { Person } from '../people/people.ts';
import { isoSeconds } from '../people/zones.ts';
import { type Athlete, activityId } from './activities.ts';
import { pushEvent, type StravaEvent } from './push.ts';

interface ActionsOptions {
  readonly kit: CloudKit;
  readonly athleteOf: (person: Person) => Athlete;
  readonly subscriptionId: number;
}

export function createActions({ kit, athleteOf, subscriptionId }: ActionsOptions) {
  const tell = (athlete: Athlete, event: StravaEvent): void => {
    if (kit.grantOf(athlete.history.person) !== undefined) pushEvent(kit, athlete, subscriptionId, event);
  };
  return (action: ActionName, person: Person, body: Readonly<Record<string, unknown>>): ActionResult => {
    const athlete = athleteOf(person);
    switch (action) {
      case 'revise':
        return revise(athlete, tell);
      case 'delete':
        return remove(athlete, tell);
      case 'record':
        return record(kit, athlete, typeof body['days'] === 'number' ? body['days'] : 1, tell);
      case 'deauthorize': {
        if (!kit.endGrant(person)) return undefined;
        pushEvent(kit, athlete, subscriptionId, deauthorized(athlete));
        return [{ type: 'athlete', id: String(athlete.id), after: { authorized: 'false' } }];
      }
      default:
        return undefined;
    }
  };
}

type Tell = (athlete: Athlete, event: StravaEvent) => void;

const deauthorized = ({ id }: Athlete): StravaEvent => ({
  object_type: 'athlete',
  object_id: id,
  aspect_type: 'update',
  updates: { authorized: 'false' },
});

/** The newest activity is renamed, and its distance corrected; the event tells the title alone. */
function revise(athlete: Athlete, tell: Tell): ActionResult {
  const last = athlete.history.workouts().at(-1);
  const edited = last && athlete.history.reviseWorkout(last.key);
  if (edited === undefined) return undefined;
  const id = activityId(athlete, edited.after);
  tell(athlete, {
    object_type: 'activity',
    object_id: id,
    aspect_type: 'update',
    updates: { title: edited.after.title },
  });
  return [
    {
      type: 'activity',
      id: String(id),
      before: { distance: edited.before.distanceM },
      after: { distance: edited.after.distanceM },
    },
  ];
}

function remove(athlete: Athlete, tell: Tell): ActionResult {
  const last = athlete.history.workouts().at(-1);
  const gone = last && athlete.history.deleteWorkout(last.key);
  if (gone === undefined) return undefined;
  const id = activityId(athlete, gone);
  tell(athlete, { object_type: 'activity', object_id: id, aspect_type: 'delete', updates: {} });
  return [{ type: 'activity', id: String(id), before: { start_date: isoSeconds(gone.startMs) } }];
}

/** Everything since the last upload, and one activity more on each of the last days. */
function record(kit: CloudKit, athlete: Athlete, days: number, tell: Tell): ActionResult {
  const { history } = athlete;
  const sinceMs = history.horizonMs();
  const extra = history.record(kit.now(), Math.max(0, Math.min(days, 30)));
  const added = history
    .workouts()
    .filter(({ key, endMs }) => endMs > sinceMs || extra.some((one) => one.key === key));
  return added.map((workout) => {
    const id = activityId(athlete, workout);
    tell(athlete, { object_type: 'activity', object_id: id, aspect_type: 'create', updates: {} });
    return { type: 'activity', id: String(id), after: { start_date: isoSeconds(workout.startMs) } };
  });
}
