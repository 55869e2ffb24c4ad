import type { ActionName, ActionResult, Change, CloudKit } from '../frame/cloud.ts';
import { deleteEdits, type Edit, recordEdits, reviseEdits, wantedThing } from '../people/edits.ts';
import type { History, Sleep } from '../people/history.ts';
import type { Person } from '../people/people.ts';
import { cyclesOf, sleepIdOf, userIdOf, workoutIdOf } from './model.ts';
import type { WhoopState } from './routes.ts';
import { sleepJson, workoutJson } from './shapes.ts';

type Body = Readonly<Record<string, unknown>>;

export interface WhoopActs extends WhoopState {
  act(action: ActionName, person: Person, body: Body): ActionResult;
}

/** The most notifications that one burst sends. */
const BURST_COUNT = 60;

export function createActs(kit: CloudKit): WhoopActs {
  const deleted = kit.keep('deleted', new Map<string, Sleep[]>());
  const gone = (name: string): readonly Sleep[] => deleted.get(name) ?? [];
  const apply = (history: History, edits: readonly Edit[]): readonly Change[] =>
    edits.flatMap((edit) => {
      if (edit.thing === 'sleep' && edit.what === 'deleted' && edit.before !== undefined) {
        deleted.set(history.person.name, [...gone(history.person.name), edit.before]);
      }
      return tell(kit, history, edit, gone(history.person.name));
    });
  return {
    gone,
    act(action, person, body) {
      const history = kit.history(person);
      switch (action) {
        case 'record':
          return apply(history, recordEdits(history, kit.now(), body));
        case 'revise':
          return apply(history, reviseEdits(history, wantedThing(body, 'sleep')));
        case 'delete':
          return apply(history, deleteEdits(history, wantedThing(body, 'workout')));
        case 'burst':
          return burst(kit, history);
        case 'deauthorize':
          // WHOOP tells nobody: the next call is refused.
          return kit.endGrant(person) ? [{ type: 'grant', id: String(userIdOf(person)) }] : [];
        case 'permissions':
          return undefined;
      }
    },
  };
}

function notify(kit: CloudKit, person: Person, type: string, id: string): void {
  if (kit.grantOf(person) === undefined) return;
  const body = JSON.stringify({ user_id: userIdOf(person), id, type, trace_id: kit.random.uuid() });
  kit.push({ contentType: 'application/json', body, about: `${type} of ${person.name}` });
}

/** Sends what WHOOP sends for the edit: nothing for days and cycles, two events for a sleep. */
function tell(kit: CloudKit, history: History, edit: Edit, gone: readonly Sleep[]): readonly Change[] {
  const { person } = history;
  if (edit.thing === 'day') return [];
  const what = edit.what === 'deleted' ? 'deleted' : 'updated';
  if (edit.thing === 'workout') {
    const id = workoutIdOf(person, (edit.after ?? edit.before)?.key ?? '');
    notify(kit, person, `workout.${what}`, id);
    return [
      {
        type: 'workout',
        id,
        ...(edit.before && { before: workoutJson(history, edit.before) }),
        ...(edit.after && { after: workoutJson(history, edit.after) }),
      },
    ];
  }
  const id = sleepIdOf(person, (edit.after ?? edit.before)?.key ?? '');
  notify(kit, person, `sleep.${what}`, id);
  // A recovery has no id of its own: its events carry the sleep's.
  notify(kit, person, `recovery.${what}`, id);
  const told = (sleep: Sleep): unknown => {
    const cycle = cyclesOf(history, gone).find((one) => one.sleep.key === sleep.key);
    return cycle && sleepJson(history, { ...cycle, sleep });
  };
  return [
    {
      type: 'sleep',
      id,
      ...(edit.before && { before: told(edit.before) }),
      ...(edit.after && { after: told(edit.after) }),
    },
  ];
}

function burst(kit: CloudKit, history: History): readonly Change[] {
  const ids = history
    .sleeps()
    .slice(-BURST_COUNT)
    .map(({ key }) => sleepIdOf(history.person, key));
  for (const id of ids) notify(kit, history.person, 'sleep.updated', id);
  return ids.map((id) => ({ type: 'sleep', id }));
}
