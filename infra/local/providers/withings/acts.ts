import type { ActionName, ActionResult, Change, CloudKit } from '../frame/cloud.ts';
import { deleteEdits, type Edit, recordEdits, reviseEdits, wantedThing } from '../people/edits.ts';
import type { History } from '../people/history.ts';
import type { Person } from '../people/people.ts';
import { bodyOf, type Group, type GroupEdits, groupJson, groupsOf } from './groups.ts';
import { epochSec, sleepIdOf, userIdOf, workoutIdOf } from './model.ts';
import { APPLI, type Notifications } from './notify.ts';
import type { WithingsState } from './services.ts';
import { activityJson, summaryJson, workoutJson } from './shapes.ts';

type Body = Readonly<Record<string, unknown>>;

export interface WithingsActs extends WithingsState {
  act(action: ActionName, person: Person, body: Body): ActionResult;
}

const BURST_COUNT = 60;
const CORRECTION_KG = 0.4;
/** A new visit to the scale was so long ago when it is uploaded. */
const AGO_MS = 120_000;

interface Changed {
  extra: readonly Group[];
  readonly deleted: Set<string>;
  readonly corrected: Map<string, { byKg: number; atMs: number }>;
  readonly at: Map<string, number>;
}

export function createActs(kit: CloudKit, notifications: Notifications): WithingsActs {
  const all = kit.keep('changed', new Map<string, Changed>());
  const of = ({ name }: Person): Changed => {
    const known = all.get(name) ?? { extra: [], deleted: new Set(), corrected: new Map(), at: new Map() };
    all.set(name, known);
    return known;
  };
  const edits = (person: Person): GroupEdits => of(person);
  const changedMs = (person: Person, key: string): number | undefined => of(person).at.get(key);
  const desk: Desk = { kit, notifications, of };
  return {
    edits,
    changedMs,
    act(action, person, body) {
      const history = kit.history(person);
      const isMeasure = body['type'] === 'measure';
      switch (action) {
        case 'record': {
          const recorded = apply(desk, history, recordEdits(history, kit.now(), body));
          return [...recorded, weighIn(desk, history)];
        }
        case 'revise':
          if (isMeasure) return correctWeight(desk, history);
          return apply(desk, history, reviseEdits(history, wantedThing(body, 'sleep')));
        case 'delete':
          if (isMeasure || body['type'] === undefined) return deleteGroup(desk, history);
          return apply(desk, history, deleteEdits(history, wantedThing(body, 'workout')));
        case 'burst':
          return burst(desk, history);
        case 'deauthorize':
          return unlink(desk, person);
        case 'permissions':
          return undefined;
      }
    },
  };
}

interface Desk {
  readonly kit: CloudKit;
  readonly notifications: Notifications;
  of(person: Person): Changed;
}

type Fields = Readonly<Record<string, string | number>>;

/** A form, as Withings posts it, to whoever is subscribed to this kind of data. */
function notify({ kit, notifications }: Desk, person: Person, appli: number, fields: Fields): void {
  if (kit.grantOf(person) === undefined || !notifications.covers(person, appli)) return;
  const form = new URLSearchParams({ userid: String(userIdOf(person)), appli: String(appli) });
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  kit.push({
    contentType: 'application/x-www-form-urlencoded',
    body: form.toString(),
    about: `appli ${appli} of ${person.name}`,
  });
}

function apply(desk: Desk, history: History, edits: readonly Edit[]): readonly Change[] {
  const { person } = history;
  const nowMs = desk.kit.now();
  return edits.map((edit) => {
    if (edit.thing === 'day') {
      desk.of(person).at.set(edit.after.date, nowMs);
      notify(desk, person, APPLI.activity, { date: edit.after.date });
      return {
        type: 'activity',
        id: edit.after.date,
        ...(edit.before && { before: activityJson(history, edit.before) }),
        after: activityJson(history, edit.after),
      };
    }
    const { key = '', startMs = 0, endMs = 0, date = '' } = edit.after ?? edit.before ?? {};
    desk.of(person).at.set(key, nowMs);
    if (edit.thing === 'workout') {
      notify(desk, person, APPLI.activity, { date });
      return {
        type: 'workout',
        id: String(workoutIdOf(person, key)),
        ...(edit.before && { before: workoutJson(history, edit.before, nowMs) }),
        ...(edit.after && { after: workoutJson(history, edit.after, nowMs) }),
      };
    }
    notify(desk, person, APPLI.sleep, { startdate: epochSec(startMs), enddate: epochSec(endMs) });
    return {
      type: 'sleep',
      id: String(sleepIdOf(person, key)),
      ...(edit.before && { before: summaryJson(history, edit.before, nowMs) }),
      ...(edit.after && { after: summaryJson(history, edit.after, nowMs) }),
    };
  });
}

/** The second of the measures, and the one after it: what the push names. */
const moment = ({ atMs }: Group): Fields => ({ startdate: epochSec(atMs), enddate: epochSec(atMs) + 1 });

function weighIn(desk: Desk, history: History): Change {
  const { person } = history;
  const mine = desk.of(person);
  const atMs = Math.floor((desk.kit.now() - AGO_MS) / 1000) * 1000;
  const kg = person.weightKg + 0.1 * (mine.extra.length + 1);
  const group: Group = {
    key: `extra/${mine.extra.length}`,
    atMs,
    modifiedMs: desk.kit.now(),
    attrib: 0,
    category: 1,
    measures: bodyOf(person, kg, 18.2),
  };
  mine.extra = [...mine.extra, group];
  notify(desk, person, APPLI.measure, moment(group));
  const after = groupJson(person, group);
  return { type: 'measure', id: String(after.grpid), after };
}

/** The newest visit to the scale that counts. */
const newestWeight = (desk: Desk, history: History): Group | undefined =>
  groupsOf(history, desk.of(history.person)).findLast(
    ({ attrib, category, measures }) =>
      attrib === 0 && category === 1 && measures.some(({ type }) => type === 1),
  );

function correctWeight(desk: Desk, history: History): readonly Change[] {
  const { person } = history;
  const group = newestWeight(desk, history);
  if (group === undefined) return [];
  const mine = desk.of(person);
  const byKg = (mine.corrected.get(group.key)?.byKg ?? 0) + CORRECTION_KG;
  mine.corrected.set(group.key, { byKg, atMs: desk.kit.now() });
  notify(desk, person, APPLI.measure, moment(group));
  const before = groupJson(person, group);
  const corrected = newestWeight(desk, history);
  return [
    { type: 'measure', id: String(before.grpid), before, after: corrected && groupJson(person, corrected) },
  ];
}

/** Nothing marks what was deleted: the window that the push names no longer has it. */
function deleteGroup(desk: Desk, history: History): readonly Change[] {
  const group = newestWeight(desk, history);
  if (group === undefined) return [];
  desk.of(history.person).deleted.add(group.key);
  notify(desk, history.person, APPLI.measure, moment(group));
  const before = groupJson(history.person, group);
  return [{ type: 'measure', id: String(before.grpid), before }];
}

function burst(desk: Desk, history: History): readonly Change[] {
  return groupsOf(history, desk.of(history.person))
    .slice(-BURST_COUNT)
    .map((group) => {
      notify(desk, history.person, APPLI.measure, moment(group));
      return { type: 'measure', id: String(groupJson(history.person, group).grpid) };
    });
}

/** The push goes out before the grant ends: Withings tells of the unlinking itself. */
function unlink(desk: Desk, person: Person): readonly Change[] {
  notify(desk, person, APPLI.user, { action: 'unlink' });
  desk.notifications.forget(person);
  return desk.kit.endGrant(person) ? [{ type: 'grant', id: String(userIdOf(person)) }] : [];
}
