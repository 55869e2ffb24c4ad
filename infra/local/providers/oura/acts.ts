import type { ActionName, ActionResult, Change, CloudKit } from '../frame/cloud.ts';
import { deleteEdits, type Edit, recordEdits, reviseEdits, wantedThing } from '../people/edits.ts';
import type { DayFacts, Sleep } from '../people/history.ts';
import type { Person } from '../people/people.ts';
import { DAY_DOCUMENTS } from './day-documents.ts';
import { documentIdOf, type OuraView, userIdOf } from './model.ts';
import { deletedSleepDocument, sleepDocument } from './sleep-document.ts';
import type { DataType, EventType, Subscriptions } from './subscriptions.ts';
import { workoutDocument } from './workout-document.ts';

type Body = Readonly<Record<string, unknown>>;

export interface OuraActs {
  view(person: Person): OuraView;
  act(action: ActionName, person: Person, body: Body): ActionResult;
}

/** What a night changes besides the sleep itself. */
const OF_A_NIGHT: readonly DataType[] = ['daily_sleep', 'daily_readiness', 'daily_spo2'];
const BURST_COUNT = 60;

interface Event {
  readonly eventType: EventType;
  readonly dataType: DataType;
  readonly id: string;
}

export function createActs(kit: CloudKit, subscriptions: Subscriptions): OuraActs {
  const deleted = kit.keep('deleted', new Map<string, readonly Sleep[]>());
  const view = (person: Person): OuraView => ({
    history: kit.history(person),
    gone: deleted.get(person.name) ?? [],
  });
  const apply = (person: Person, edits: readonly Edit[]): readonly Change[] =>
    edits.map((edit) => {
      if (edit.thing === 'sleep' && edit.what === 'deleted' && edit.before !== undefined) {
        deleted.set(person.name, [...view(person).gone, edit.before]);
      }
      for (const event of eventsOf(person, edit)) notify(kit, subscriptions, person, event);
      return changeOf(view(person), edit);
    });
  return {
    view,
    act(action, person, body) {
      const { history } = view(person);
      switch (action) {
        case 'record':
          return apply(person, recordEdits(history, kit.now(), body));
        case 'revise':
          return apply(person, reviseEdits(history, wantedThing(body, 'sleep')));
        case 'delete':
          return apply(person, deleteEdits(history, wantedThing(body, 'workout')));
        case 'burst':
          return burst(kit, subscriptions, view(person));
        case 'deauthorize':
          // Oura tells nobody: the next call is refused.
          return kit.endGrant(person) ? [{ type: 'grant', id: userIdOf(person) }] : [];
        case 'permissions':
          return undefined;
      }
    },
  };
}

function notify(kit: CloudKit, { covers }: Subscriptions, person: Person, event: Event): void {
  if (kit.grantOf(person) === undefined || !covers(event.eventType, event.dataType)) return;
  const body = JSON.stringify({
    event_type: event.eventType,
    data_type: event.dataType,
    object_id: event.id,
    event_time: `${new Date(kit.now()).toISOString().slice(0, 19)}+00:00`,
    user_id: userIdOf(person),
  });
  const about = `${event.eventType} of ${event.dataType} of ${person.name}`;
  kit.push({ contentType: 'application/json', body, about });
}

const EVENT_OF = { created: 'create', updated: 'update', deleted: 'delete' } as const;

function eventsOf(person: Person, edit: Edit): readonly Event[] {
  const eventType = EVENT_OF[edit.what];
  if (edit.thing === 'day') {
    return [
      { eventType, dataType: 'daily_activity', id: documentIdOf(person, 'daily_activity', edit.after.date) },
    ];
  }
  const { key = '', date = '' } = edit.after ?? edit.before ?? {};
  const own: Event = { eventType, dataType: edit.thing, id: documentIdOf(person, edit.thing, key) };
  if (edit.thing === 'workout') return [own];
  return [
    own,
    ...OF_A_NIGHT.map((dataType) => ({ eventType, dataType, id: documentIdOf(person, dataType, date) })),
  ];
}

function changeOf(view: OuraView, edit: Edit): Change {
  const { history } = view;
  const { person } = history;
  const told = <T>(values: { before?: T; after?: T }, document: (value: T) => unknown) => ({
    ...(values.before === undefined ? {} : { before: document(values.before) }),
    ...(values.after === undefined ? {} : { after: document(values.after) }),
  });
  switch (edit.thing) {
    case 'day': {
      const activity = (day: DayFacts) => DAY_DOCUMENTS['daily_activity']?.(history, day);
      return {
        type: 'daily_activity',
        id: documentIdOf(person, 'daily_activity', edit.after.date),
        ...told(edit, (day: DayFacts) => ({ ...activity(day), met: undefined, class_5_min: undefined })),
      };
    }
    case 'workout':
      return {
        type: 'workout',
        id: documentIdOf(person, 'workout', (edit.after ?? edit.before)?.key ?? ''),
        ...told(edit, (workout) => workoutDocument(history, workout)),
      };
    case 'sleep': {
      const id = documentIdOf(person, 'sleep', (edit.after ?? edit.before)?.key ?? '');
      if (edit.what === 'deleted' && edit.before !== undefined) {
        return { type: 'sleep', id, after: deletedSleepDocument(history, edit.before) };
      }
      return { type: 'sleep', id, ...told(edit, (sleep) => sleepDocument(history, sleep)) };
    }
  }
}

function burst(kit: CloudKit, subscriptions: Subscriptions, { history }: OuraView): readonly Change[] {
  return history
    .sleeps()
    .slice(-BURST_COUNT)
    .map(({ key }) => {
      const id = documentIdOf(history.person, 'sleep', key);
      notify(kit, subscriptions, history.person, { eventType: 'update', dataType: 'sleep', id });
      return { type: 'sleep', id };
    });
}
