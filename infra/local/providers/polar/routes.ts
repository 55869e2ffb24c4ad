import type { Answer, UserCall } from '../frame/call.ts';
import type { CloudKit, Route } from '../frame/cloud.ts';
import type { History, NightFacts, Sleep } from '../people/history.ts';
import { addDays, isoWithOffset, localDate } from '../people/zones.ts';
import { activityJson, activitySamplesJson, cardioLoadJson, heartRateJson } from './days.ts';
import { type ExerciseDetails, exerciseJson } from './exercise.ts';
import { EXERCISES_DAYS, exerciseById, firstNightOf, NIGHTS_DAYS, nightOn } from './model.ts';
import { bodyTemperatureJson, oxygenJson, rechargeJson, skinTemperatureJson, sleepJson } from './nights.ts';
import { problem, type Registrations } from './registrations.ts';

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const ok = (json: unknown): Answer => ({ status: 200, json });
const notFound = problem(404, 'Not found.');
const orNotFound = (json: unknown): Answer => (json === undefined ? notFound : ok(json));

/** What a registered person's call comes with. */
interface Asked {
  readonly call: UserCall;
  readonly history: History;
  readonly registeredMs: number;
}

type Get = (path: string, handler: (asked: Asked) => Answer) => Route;

export function createRoutes(kit: CloudKit, registrations: Registrations): readonly Route[] {
  const get: Get = (path, handler) => ({
    method: 'GET',
    origin: 'api',
    path: `/v3${path}`,
    access: 'user',
    handle(call) {
      const { person } = call.grant;
      const registeredMs = registrations.registeredMs(person);
      if (registeredMs === undefined) return problem(403, 'User has not been registered.');
      return handler({ call, history: kit.history(person), registeredMs });
    },
  });
  return [
    ...exerciseRoutes(kit, get),
    ...nightRoutes(kit, get),
    ...dayRoutes(kit, get),
    ...sensorRoutes(kit, get),
  ];
}

function exerciseRoutes(kit: CloudKit, get: Get): readonly Route[] {
  const details = ({ query }: UserCall): ExerciseDetails => ({
    hasSamples: query.get('samples') === 'true',
    hasZones: query.get('zones') === 'true',
    hasRoute: query.get('route') === 'true',
  });
  const noFile = get('/exercises/{id}/fit', () => ({ status: 204 }));
  return [
    get('/exercises', ({ call, history, registeredMs }) =>
      ok(
        history
          .workouts()
          .filter(({ startMs }) => startMs >= kit.now() - EXERCISES_DAYS * DAY_MS)
          .map((workout) => exerciseJson(history, workout, registeredMs, details(call))),
      ),
    ),
    get('/exercises/{id}', ({ call, history, registeredMs }) => {
      const workout = exerciseById(history, call.params['id'] ?? '');
      return orNotFound(workout && exerciseJson(history, workout, registeredMs, details(call)));
    }),
    noFile,
    { ...noFile, path: '/v3/exercises/{id}/tcx' },
    { ...noFile, path: '/v3/exercises/{id}/gpx' },
  ];
}

const withFacts = (history: History, sleeps: readonly Sleep[]) =>
  sleeps.flatMap((sleep): readonly { readonly sleep: Sleep; readonly night: NightFacts }[] => {
    const night = history.day(sleep.date)?.night;
    return night === undefined ? [] : [{ sleep, night }];
  });

function nightRoutes(kit: CloudKit, get: Get): readonly Route[] {
  const recent = (history: History): readonly Sleep[] =>
    history.sleeps().filter(({ date }) => date >= firstNightOf(history.person, kit.now()));
  return [
    get('/users/sleep', ({ history }) =>
      ok({ nights: recent(history).map((sleep) => sleepJson(history, sleep)) }),
    ),
    get('/users/sleep/available', ({ history }) =>
      ok({
        available: recent(history).map(({ date, startMs, endMs }) => ({
          date,
          start_time: isoWithOffset(history.person.zone, startMs),
          end_time: isoWithOffset(history.person.zone, endMs),
        })),
      }),
    ),
    get('/users/sleep/{date}', ({ call, history }) => {
      const sleep = nightOn(history, call.params['date'] ?? '');
      return orNotFound(sleep && sleepJson(history, sleep));
    }),
    get('/users/nightly-recharge', ({ history }) =>
      ok({
        recharges: withFacts(history, recent(history)).map(({ sleep, night }) =>
          rechargeJson(history, sleep, night),
        ),
      }),
    ),
    get('/users/nightly-recharge/{date}', ({ call, history }) => {
      const sleep = nightOn(history, call.params['date'] ?? '');
      const [found] = withFacts(history, sleep === undefined ? [] : [sleep]);
      return orNotFound(found && rechargeJson(history, found.sleep, found.night));
    }),
  ];
}

/** `from` and `to`, both included; the last 28 days when nothing is asked, and never more. */
function dateWindow(call: UserCall, today: string): { readonly from: string; readonly to: string } | Answer {
  const to = call.query.get('to') ?? today;
  const from = call.query.get('from') ?? (DATE.test(to) ? addDays(to, 1 - NIGHTS_DAYS) : to);
  if (!DATE.test(from) || !DATE.test(to)) return problem(400, 'from and to must be dates.');
  if (from > to) return problem(400, 'from is after to.');
  return addDays(from, NIGHTS_DAYS) < to
    ? problem(400, `The range exceeds ${NIGHTS_DAYS} days.`)
    : { from, to };
}

/** The dates with data that a call asks for, each told by `tell`; a list, or what `wrap` makes of it. */
function byDates(
  kit: CloudKit,
  tell: (history: History, date: string) => unknown,
  wrap: (found: readonly unknown[]) => unknown = (found) => found,
) {
  return ({ call, history }: Asked): Answer => {
    const window = dateWindow(call, localDate(history.person.zone, kit.now()));
    if ('status' in window) return window;
    const found = history.dates(window.from, window.to).map((date) => tell(history, date));
    return ok(wrap(found.filter((one) => one !== undefined)));
  };
}

const byDate =
  (tell: (history: History, date: string) => unknown) =>
  ({ call, history }: Asked): Answer => {
    const date = call.params['date'] ?? '';
    return orNotFound(history.dates(date, date).length === 0 ? undefined : tell(history, date));
  };

function dayRoutes(kit: CloudKit, get: Get): readonly Route[] {
  const activity = (history: History, date: string): unknown => {
    const day = history.day(date);
    return day && activityJson(history, day);
  };
  const load = (history: History, date: string): unknown => {
    const day = history.day(date);
    return day && cardioLoadJson(day);
  };
  return [
    get('/users/activities', byDates(kit, activity)),
    get('/users/activities/samples', byDates(kit, activitySamplesJson)),
    get('/users/activities/samples/{date}', byDate(activitySamplesJson)),
    get('/users/activities/{date}', byDate(activity)),
    get(
      '/users/continuous-heart-rate',
      byDates(kit, heartRateJson, (found) => ({ heart_rates: found })),
    ),
    get('/users/continuous-heart-rate/{date}', byDate(heartRateJson)),
    get('/users/cardio-load', byDates(kit, load)),
    get('/users/cardio-load/date', byDates(kit, load)),
  ];
}

/** The sensors' own lists, under the address of the documentation and under the one that clients were seen to use. */
function sensorRoutes(kit: CloudKit, get: Get): readonly Route[] {
  const ofNight =
    (tell: (history: History, sleep: Sleep, night: NightFacts) => unknown) =>
    (history: History, date: string): unknown => {
      const sleep = nightOn(history, date);
      const [found] = withFacts(history, sleep === undefined ? [] : [sleep]);
      return found && tell(history, found.sleep, found.night);
    };
  const both = (name: string, tell: (history: History, date: string) => unknown): readonly Route[] => [
    get(`/users/biosensing/${name}`, byDates(kit, tell)),
    get(`/users/${name}`, byDates(kit, tell)),
  ];
  return [
    ...both('spo2', ofNight(oxygenJson)),
    ...both(
      'skin-temperature',
      ofNight((_, sleep, night) => skinTemperatureJson(sleep, night)),
    ),
    ...both(
      'body-temperature',
      ofNight((history, sleep) => bodyTemperatureJson(history, sleep)),
    ),
    ...both('wrist-ecg', () => undefined),
    get('/users/sleepwise/alertness', () => ok([])),
    get('/users/sleepwise/circadian-bedtime', () => ok([])),
  ];
}
