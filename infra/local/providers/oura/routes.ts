import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, UserCall } from '../frame/call.ts';
import type { CloudKit, Route } from '../frame/cloud.ts';
import type { Person } from '../people/people.ts';
import { bareScope, COLLECTIONS, type Collection, type OuraDocument } from './collections.ts';
import { type BeatLoad, beatJson, beats } from './heart-rate.ts';
import { type OuraView, userIdOf } from './model.ts';
import { badQuery, dateWindow, positionOf, timeWindow, todayOf, tokenOf } from './queries.ts';

/** What the routes know of a person beyond the history. */
export interface OuraState {
  view(person: Person): OuraView;
  beatLoad(person: Person): BeatLoad | undefined;
  /** Whether Oura says that this application is too old. */
  isOutdated(): boolean;
}

const PAGE_DOCUMENTS = 20;
const PAGE_BEATS = 1000;
const BASE = '/v2/usercollection';

const problem = (status: number, title: string, detail: string): Answer => ({
  status,
  json: { status, title, detail },
});
const notFound = problem(404, 'Not Found', 'The requested document does not exist.');

type Handler = (call: UserCall, view: OuraView) => Answer | Promise<Answer>;

export function createRoutes(kit: CloudKit, state: OuraState): readonly Route[] {
  const get = (path: string, scope: string, handler: Handler): Route => ({
    method: 'GET',
    origin: 'api',
    path: `${BASE}${path}`,
    access: 'user',
    handle(call) {
      if (state.isOutdated()) return problem(426, 'Upgrade Required', 'The minimum app version is not met.');
      if (!call.grant.scopes.some((granted) => bareScope(granted) === scope)) {
        return problem(403, 'Forbidden', `The scope ${scope} was not granted.`);
      }
      return handler(call, state.view(call.grant.person));
    },
  });
  return [
    get('/personal_info', 'personal', (_, { history }) => ({
      status: 200,
      json: personalInfo(history.person),
    })),
    get('/ring_configuration', 'ring_configuration', (_, { history }) => ({
      status: 200,
      json: { data: [ring(history.person)], next_token: null },
    })),
    get('/heartrate', 'heartrate', (call, view) => heartRate(kit, state, call, view)),
    ...COLLECTIONS.flatMap((collection) => [
      get(`/${collection.name}`, collection.scope, (call, view) => list(kit, collection, call, view)),
      get(`/${collection.name}/{id}`, collection.scope, (call, view) => one(collection, call, view)),
    ]),
  ];
}

const personalInfo = (person: Person) => ({
  id: userIdOf(person),
  age: 37,
  weight: person.weightKg,
  height: person.heightM,
  biological_sex: 'female',
  email: `${person.name}@oura.example`,
});

const ring = (person: Person) => ({
  id: `ring-${userIdOf(person)}`,
  color: 'stealth_black',
  design: 'horizon',
  firmware_version: '3.4.3',
  hardware_type: 'gen4',
  set_up_at: '2026-01-14T09:12:00+00:00',
  size: 10,
});

function list(kit: CloudKit, collection: Collection, call: UserCall, view: OuraView): Answer {
  const today = todayOf(view.history.person.zone, kit.now());
  const window = dateWindow(call.query, today, collection.isEndIncluded);
  if ('status' in window) return window;
  const position = positionOf(call.query);
  if (position === undefined) return badQuery('The next_token is not valid');
  const all = collection.documents(view, window.from, window.to);
  const data = all.slice(position, position + PAGE_DOCUMENTS);
  const hasMore = position + data.length < all.length;
  return page(kit, call, data, hasMore ? position + data.length : undefined);
}

/** The last field is the position of the next page; undefined at the end. */
function page(kit: CloudKit, call: UserCall, data: readonly unknown[], next: number | undefined): Answer {
  const isEndless = kit.fault('endless_pages', call) !== undefined;
  const position = isEndless ? 0 : next;
  return {
    status: 200,
    json: { data, next_token: position === undefined ? null : tokenOf(position) },
  };
}

function one(collection: Collection, call: UserCall, view: OuraView): Answer {
  const { history } = view;
  const found = collection
    .documents(view, history.firstDate, history.lastDate())
    .find((document: OuraDocument) => document['id'] === call.params['id']);
  return found === undefined ? notFound : { status: 200, json: found };
}

/** Made on the fly: of a hundred thousand records, one page is held at a time. */
async function heartRate(kit: CloudKit, state: OuraState, call: UserCall, view: OuraView): Promise<Answer> {
  const window = timeWindow(call.query, kit.now());
  if ('status' in window) return window;
  const position = positionOf(call.query);
  if (position === undefined) return badQuery('The next_token is not valid');
  const { person } = view.history;
  const pageDelayMs = kit.load(person)?.pageDelayMs ?? 0;
  if (pageDelayMs > 0) await delay(pageDelayMs);
  const fromMs = Math.max(window.fromMs, position);
  const data: unknown[] = [];
  for (const beat of beats(view.history, state.beatLoad(person), fromMs, window.toMs)) {
    if (data.length === PAGE_BEATS) return page(kit, call, data, beat.atMs);
    data.push(beatJson(beat));
  }
  return page(kit, call, data, undefined);
}
