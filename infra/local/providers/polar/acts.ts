import type { ActionName, ActionResult, Change, CloudKit } from '../frame/cloud.ts';
import { type Edit, recordEdits, reviseEdits, wantedThing } from '../people/edits.ts';
import type { History } from '../people/history.ts';
import type { Person } from '../people/people.ts';
import { activityJson } from './days.ts';
import { exerciseJson } from './exercise.ts';
import { exerciseIdOf, userIdOf } from './model.ts';
import { sleepJson } from './nights.ts';
import type { Registrations } from './registrations.ts';
import type { EventName, Webhooks } from './webhooks.ts';

type Body = Readonly<Record<string, unknown>>;

const BURST_COUNT = 28;
const NO_DETAILS = { hasSamples: false, hasZones: false, hasRoute: false };

export interface PolarDesk {
  readonly kit: CloudKit;
  readonly registrations: Registrations;
  readonly webhooks: Webhooks;
}

export const createAct =
  (desk: PolarDesk) =>
  (action: ActionName, person: Person, body: Body): ActionResult => {
    const history = desk.kit.history(person);
    switch (action) {
      case 'record':
        return recordEdits(history, desk.kit.now(), body).map((edit) => tell(desk, history, edit));
      case 'revise':
        return reviseEdits(history, wantedThing(body, 'sleep')).map((edit) => tell(desk, history, edit));
      case 'burst':
        return burst(desk, history);
      case 'deauthorize': {
        // Polar tells nobody: the next call is refused.
        desk.registrations.forget(person);
        return desk.kit.endGrant(person) ? [{ type: 'grant', id: String(userIdOf(person)) }] : [];
      }
      // Polar has no word for what was deleted: it is no longer in the lists, and nobody is told.
      case 'delete':
      case 'permissions':
        return undefined;
    }
  };

/** What is new, by its id or by its date, and where it is read. */
type Subject = { readonly entity_id: string } | { readonly date: string };

function notify(desk: PolarDesk, person: Person, event: EventName, subject: Subject, path: string): void {
  const { kit, registrations, webhooks } = desk;
  if (kit.grantOf(person) === undefined || registrations.registeredMs(person) === undefined) return;
  if (!webhooks.covers(event)) return;
  const body = JSON.stringify({
    event,
    user_id: userIdOf(person),
    ...subject,
    timestamp: `${new Date(kit.now()).toISOString().slice(0, 19)}Z`,
    url: `${kit.originUrl('api')}/v3${path}`,
  });
  kit.push({ contentType: 'application/json', body, about: `${event} of ${person.name}` });
}

function tell(desk: PolarDesk, history: History, edit: Edit): Change {
  const { person } = history;
  if (edit.thing === 'day') {
    const { date } = edit.after;
    notify(desk, person, 'ACTIVITY_SUMMARY', { date }, `/users/activities/${date}`);
    notify(desk, person, 'CONTINUOUS_HEART_RATE', { date }, `/users/continuous-heart-rate/${date}`);
    return {
      type: 'activity',
      id: date,
      ...(edit.before && { before: activityJson(history, edit.before) }),
      after: activityJson(history, edit.after),
    };
  }
  if (edit.thing === 'workout') {
    const id = exerciseIdOf(person, (edit.after ?? edit.before)?.key ?? '');
    const registeredMs = desk.registrations.registeredMs(person) ?? 0;
    notify(desk, person, 'EXERCISE', { entity_id: id }, `/exercises/${id}`);
    return {
      type: 'workout',
      id,
      ...(edit.before && { before: exerciseJson(history, edit.before, registeredMs, NO_DETAILS) }),
      ...(edit.after && { after: exerciseJson(history, edit.after, registeredMs, NO_DETAILS) }),
    };
  }
  const { date = '' } = edit.after ?? edit.before ?? {};
  notify(desk, person, 'SLEEP', { date }, `/users/sleep/${date}`);
  return {
    type: 'sleep',
    id: date,
    ...(edit.before && { before: sleepJson(history, edit.before) }),
    ...(edit.after && { after: sleepJson(history, edit.after) }),
  };
}

function burst(desk: PolarDesk, history: History): readonly Change[] {
  return history
    .sleeps()
    .slice(-BURST_COUNT)
    .map(({ date }) => {
      notify(desk, history.person, 'SLEEP', { date }, `/users/sleep/${date}`);
      return { type: 'sleep', id: date };
    });
}
