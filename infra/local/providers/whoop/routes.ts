import type { Answer, UserCall } from '../frame/call.ts';
import type { CloudKit, Route } from '../frame/cloud.ts';
import type { History, Sleep } from '../people/history.ts';
import { type Listed, pageOf } from './collection.ts';
import {
  type Cycle,
  cycleById,
  cyclesOf,
  sleepById,
  sleepIdOf,
  userIdOf,
  v1IdOf,
  workoutById,
  workoutIdOf,
} from './model.ts';
import { cycleJson, recoveryJson, sleepJson, workoutJson } from './shapes.ts';

/** What the routes and the acts both know of a person beyond the history. */
export interface WhoopState {
  /** Sleeps that the person deleted. */
  gone(name: string): readonly Sleep[];
}

const HEADERS = { 'cache-control': 'no-store' };
const ok = (json: unknown): Answer => ({ status: 200, headers: HEADERS, json });
const notFound: Answer = { status: 404, json: { error: 'Not Found' } };
const orNotFound = (json: unknown): Answer => (json === undefined ? notFound : ok(json));
const insufficient: Answer = { status: 403, json: { error: 'Forbidden: insufficient scope' } };

/** Cycles are worked out only where they are asked for. */
type Handler = (call: UserCall, history: History, cycles: () => readonly Cycle[]) => Answer;

export function createRoutes(kit: CloudKit, state: WhoopState): readonly Route[] {
  const get = (path: string, scope: string, handler: Handler): Route => ({
    method: 'GET',
    origin: 'api',
    path: `/developer${path}`,
    access: 'user',
    handle(call) {
      if (!call.grant.scopes.includes(scope)) return insufficient;
      const history = kit.history(call.grant.person);
      return handler(call, history, () => cyclesOf(history, state.gone(history.person.name)));
    },
  });
  const page = (call: UserCall, listed: readonly Listed[]): Answer =>
    pageOf(call.query, kit.now(), listed, kit.fault('endless_pages', call) !== undefined);
  return [
    ...profile(get),
    ...cycleRoutes(get, page),
    ...activityRoutes(get, page),
    {
      method: 'DELETE',
      origin: 'api',
      path: '/developer/v2/user/access',
      access: 'user',
      handle(call) {
        kit.endGrant(call.grant.person);
        return { status: 204 };
      },
    },
  ];
}

type Get = (path: string, scope: string, handler: Handler) => Route;
type Page = (call: UserCall, listed: readonly Listed[]) => Answer;

const profile = (get: Get): readonly Route[] => [
  get('/v2/user/profile/basic', 'read:profile', (_, { person }) =>
    ok({
      user_id: userIdOf(person),
      email: `${person.name}@whoop.example`,
      first_name: person.name,
      last_name: 'Simulated',
    }),
  ),
  get('/v2/user/measurement/body', 'read:body_measurement', (_, { person }) =>
    ok({
      height_meter: person.heightM,
      weight_kilogram: person.weightKg,
      max_heart_rate: 240 - person.restingHeartRate,
    }),
  ),
];

/** A cycle as told while its sleep exists; recoveries go with the sleep. */
const withSleep = (history: History, cycles: readonly Cycle[]): readonly Cycle[] => {
  const keys = new Set(history.sleeps().map(({ key }) => key));
  return cycles.filter(({ sleep }) => keys.has(sleep.key));
};

const cycleRoutes = (get: Get, page: Page): readonly Route[] => [
  get('/v2/cycle', 'read:cycles', (call, history, cycles) =>
    page(
      call,
      cycles().map((cycle) => ({
        startMs: cycle.startMs,
        endMs: cycle.endMs,
        json: () => cycleJson(history, cycle),
      })),
    ),
  ),
  get('/v2/cycle/{id}', 'read:cycles', (call, history, cycles) => {
    const cycle = cycleById(cycles(), call.params['id'] ?? '');
    return orNotFound(cycle && cycleJson(history, cycle));
  }),
  get('/v2/cycle/{id}/sleep', 'read:sleep', (call, history, cycles) => {
    const cycle = cycleById(withSleep(history, cycles()), call.params['id'] ?? '');
    return orNotFound(cycle && sleepJson(history, cycle));
  }),
  get('/v2/cycle/{id}/recovery', 'read:recovery', (call, history, cycles) => {
    const cycle = cycleById(withSleep(history, cycles()), call.params['id'] ?? '');
    return orNotFound(cycle && recoveryJson(history, cycle));
  }),
  get('/v2/recovery', 'read:recovery', (call, history, cycles) =>
    page(
      call,
      withSleep(history, cycles()).map((cycle) => ({
        startMs: cycle.startMs,
        endMs: cycle.sleep.endMs,
        json: () => recoveryJson(history, cycle),
      })),
    ),
  ),
];

const activityRoutes = (get: Get, page: Page): readonly Route[] => [
  get('/v2/activity/sleep', 'read:sleep', (call, history, cycles) =>
    page(
      call,
      withSleep(history, cycles()).map((cycle) => ({
        startMs: cycle.startMs,
        endMs: cycle.sleep.endMs,
        json: () => sleepJson(history, cycle),
      })),
    ),
  ),
  get('/v2/activity/sleep/{id}', 'read:sleep', (call, history, cycles) => {
    const sleep = sleepById(history, call.params['id'] ?? '');
    const cycle = cycles().find((one) => one.sleep.key === sleep?.key);
    return orNotFound(cycle && sleepJson(history, cycle));
  }),
  get('/v2/activity/workout', 'read:workout', (call, history) =>
    page(
      call,
      history.workouts().map((workout) => ({
        startMs: workout.startMs,
        endMs: workout.endMs,
        json: () => workoutJson(history, workout),
      })),
    ),
  ),
  get('/v2/activity/workout/{id}', 'read:workout', (call, history) => {
    const workout = workoutById(history, call.params['id'] ?? '');
    return orNotFound(workout && workoutJson(history, workout));
  }),
  get('/v1/activity-mapping/{id}', 'read:workout', (call, history) => {
    const { person } = history;
    const isWanted = ({ key }: { readonly key: string }) => String(v1IdOf(person, key)) === call.params['id'];
    const sleep = history.sleeps().find(isWanted);
    const workout = history.workouts().find(isWanted);
    const id =
      sleep === undefined ? workout && workoutIdOf(person, workout.key) : sleepIdOf(person, sleep.key);
    return orNotFound(id && { v2_activity_id: id });
  }),
];
