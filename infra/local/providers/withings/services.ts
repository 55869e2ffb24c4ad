/** The services of Withings: one address each, `action` says what is wanted, `status` how it went. */
import type { Answer, UserCall } from '../frame/call.ts';
import type { CloudKit, Route } from '../frame/cloud.ts';
import type { History } from '../people/history.ts';
import type { Person } from '../people/people.ts';
import { localDate } from '../people/zones.ts';
import { dateField, done, failed, type Part, partOf, STATUS, wholeField } from './envelope.ts';
import { type GroupEdits, groupJson, groupsOf } from './groups.ts';
import { intradayJson } from './intraday.ts';
import { deviceIdOf, epochSec } from './model.ts';
import { activityJson, seriesJson, summaryJson, workoutJson } from './shapes.ts';

/** What the services know of a person beyond the history. */
export interface WithingsState {
  edits(person: Person): GroupEdits;
  /** When a night, a workout or a day was last changed by hand; undefined when it never was. */
  changedMs(person: Person, key: string): number | undefined;
}

export interface ServiceCall {
  readonly call: UserCall;
  readonly form: URLSearchParams;
  readonly history: History;
}

type Action = (asked: ServiceCall) => Answer | Promise<Answer>;
export type Actions = Readonly<Record<string, Action>>;

const PAGE_COUNT = 25;
const DAY_SEC = 86_400;
const UPLOAD_MS = 240_000;

/** `scope` undefined: any grant will do. */
export function serviceRoute(
  kit: CloudKit,
  path: string,
  scope: string | undefined,
  actions: Actions,
): Route {
  const actionOf = (call: UserCall): string => call.form().get('action') ?? '';
  return {
    method: 'POST',
    origin: 'api',
    path,
    access: 'user',
    label: (call) => `action=${call.form().get('action') ?? ''}`,
    handle(call) {
      const action = actions[actionOf(call)];
      if (action === undefined) return failed(STATUS.unknownAction, 'Unknown action');
      if (scope !== undefined && !call.grant.scopes.includes(scope)) {
        return failed(STATUS.unauthorizedClient, `Insufficient scope: ${scope}`);
      }
      return action({ call, form: call.form(), history: kit.history(call.grant.person) });
    },
  };
}

export function createServices(kit: CloudKit, state: WithingsState): readonly Route[] {
  const route = (path: string, scope: string, actions: Actions) => serviceRoute(kit, path, scope, actions);
  return [
    route('/measure', 'user.metrics', { getmeas: (asked) => getMeasures(kit, state, asked) }),
    route('/v2/measure', 'user.activity', {
      getactivity: (asked) => getActivity(kit, state, asked),
      getintradayactivity: getIntraday,
      getworkouts: (asked) => getWorkouts(kit, state, asked),
    }),
    route('/v2/sleep', 'user.activity', {
      get: getSleep,
      getsummary: (asked) => getSummary(kit, state, asked),
    }),
    route('/v2/heart', 'user.metrics', {
      list: () => done({ series: [], more: false, offset: 0 }),
      get: () => failed(STATUS.invalidParams, 'Invalid signalid'),
    }),
    route('/v2/user', 'user.info', {
      getdevice: ({ history }) => done({ devices: devicesOf(history.person) }),
      getgoals: () => done({ goals: { steps: 10_000, sleep: 28_800, weight: { value: 70_000, unit: -3 } } }),
    }),
  ];
}

const devicesOf = (person: Person) =>
  ['scale', 'watch', 'mat'].map((device) => ({
    type: device,
    model: device,
    battery: 'medium',
    deviceid: deviceIdOf(person, device),
    timezone: person.zone,
  }));

/** A page of a list in the envelope; `more` never ends when that fault was asked for. */
function listed<T>(
  kit: CloudKit,
  asked: ServiceCall,
  all: readonly T[],
  body: (items: readonly T[]) => object,
): Answer {
  const isEndless = kit.fault('endless_pages', asked.call) !== undefined;
  const offset = isEndless ? 0 : (wholeField(asked.form, 'offset') ?? 0);
  const part: Part<T> = partOf(all, offset, PAGE_COUNT);
  const paging = isEndless
    ? { more: true, offset: part.items.length }
    : { more: part.more, offset: part.offset };
  return done({ ...body(part.items), ...paging });
}

/** `lastupdate`, or a window of epoch seconds; undefined when neither is there. */
function timeFilter(form: URLSearchParams) {
  const since = wholeField(form, 'lastupdate');
  if (since !== undefined) return (_: number, modifiedMs: number) => modifiedMs >= since * 1000;
  const from = wholeField(form, 'startdate');
  const to = wholeField(form, 'enddate');
  if (from === undefined && to === undefined) return undefined;
  return (atMs: number) => atMs >= (from ?? 0) * 1000 && atMs <= (to ?? Number.POSITIVE_INFINITY) * 1000;
}

/** `lastupdate`, or local dates, both included; undefined when neither is there. */
function dateFilter(form: URLSearchParams) {
  const since = wholeField(form, 'lastupdate');
  if (since !== undefined) return (_: string, modifiedMs: number) => modifiedMs >= since * 1000;
  const from = dateField(form, 'startdateymd');
  const to = dateField(form, 'enddateymd');
  return from === undefined || to === undefined ? undefined : (date: string) => date >= from && date <= to;
}

const noWindow = failed(STATUS.invalidParams, 'Invalid params: a window or lastupdate is needed');

function getMeasures(kit: CloudKit, state: WithingsState, asked: ServiceCall): Answer {
  const { form, history } = asked;
  const isWithin = timeFilter(form) ?? (() => true);
  const types = (form.get('meastypes') ?? form.get('meastype') ?? '').split(',').filter(Boolean).map(Number);
  const category = wholeField(form, 'category');
  const groups = groupsOf(history, state.edits(history.person))
    .filter((group) => isWithin(group.atMs, group.modifiedMs))
    .filter((group) => category === undefined || group.category === category)
    .map((group) => ({
      ...group,
      measures: group.measures.filter(({ type }) => types.length === 0 || types.includes(type)),
    }))
    .filter(({ measures }) => measures.length > 0)
    .reverse();
  return listed(kit, asked, groups, (items) => ({
    updatetime: epochSec(kit.now()),
    timezone: history.person.zone,
    measuregrps: items.map((group) => groupJson(history.person, group)),
  }));
}

function getActivity(kit: CloudKit, state: WithingsState, asked: ServiceCall): Answer {
  const { history, form } = asked;
  const isWithin = dateFilter(form);
  if (isWithin === undefined) return noWindow;
  const days = history.dates().flatMap((date) => {
    const day = history.day(date);
    if (day === undefined) return [];
    const modifiedMs = state.changedMs(history.person, date) ?? day.untilMs;
    return isWithin(date, modifiedMs) ? [day] : [];
  });
  return listed(kit, asked, days, (items) => ({
    activities: items.map((day) => activityJson(history, day)),
  }));
}

function getWorkouts(kit: CloudKit, state: WithingsState, asked: ServiceCall): Answer {
  const { history, form } = asked;
  const isWithin = dateFilter(form);
  if (isWithin === undefined) return noWindow;
  const found = history
    .workouts()
    .map((workout) => ({
      workout,
      modifiedMs: state.changedMs(history.person, workout.key) ?? workout.endMs + UPLOAD_MS,
    }))
    .filter(({ workout, modifiedMs }) => isWithin(workout.date, modifiedMs));
  return listed(kit, asked, found, (items) => ({
    series: items.map(({ workout, modifiedMs }) =>
      withFields(form, workoutJson(history, workout, modifiedMs)),
    ),
  }));
}

function getSummary(kit: CloudKit, state: WithingsState, asked: ServiceCall): Answer {
  const { history, form } = asked;
  const isWithin = dateFilter(form);
  if (isWithin === undefined) return noWindow;
  const found = history
    .sleeps()
    .map((sleep) => ({
      sleep,
      modifiedMs: state.changedMs(history.person, sleep.key) ?? sleep.endMs + UPLOAD_MS,
    }))
    .filter(({ sleep, modifiedMs }) => isWithin(sleep.date, modifiedMs));
  return listed(kit, asked, found, (items) => ({
    series: items.map(({ sleep, modifiedMs }) => withFields(form, summaryJson(history, sleep, modifiedMs))),
  }));
}

/** Only the fields of `data` that were asked for; all of them when none was. */
function withFields<T extends { readonly data: object }>(form: URLSearchParams, record: T) {
  const fields = (form.get('data_fields') ?? '').split(',').filter(Boolean);
  if (fields.length === 0) return record;
  return {
    ...record,
    data: Object.fromEntries(Object.entries(record.data).filter(([name]) => fields.includes(name))),
  };
}

/** At most 24 hours per call, as the two high-frequency services demand. */
function shortWindow(form: URLSearchParams): { readonly fromMs: number; readonly toMs: number } | undefined {
  const from = wholeField(form, 'startdate');
  const to = wholeField(form, 'enddate');
  if (from === undefined || to === undefined || to < from || to - from > DAY_SEC) return undefined;
  return { fromMs: from * 1000, toMs: to * 1000 };
}

const badWindow = failed(STATUS.invalidParams, 'Invalid params: startdate and enddate within 24 hours');

function getSleep({ form, history }: ServiceCall): Answer {
  const window = shortWindow(form);
  if (window === undefined) return badWindow;
  const wanted = (form.get('data_fields') ?? 'hr,rr,snoring').split(',');
  const keep = ['startdate', 'enddate', 'state', 'model', 'model_id', 'hash_deviceid', ...wanted];
  const series = history
    .sleeps()
    .filter(({ startMs, endMs }) => startMs < window.toMs && endMs > window.fromMs)
    .flatMap((sleep) => seriesJson(history, sleep))
    .map((part) => Object.fromEntries(Object.entries(part).filter(([name]) => keep.includes(name))));
  return done({ series, model: 32, model_id: 63 });
}

function getIntraday({ form, history }: ServiceCall): Answer {
  const window = shortWindow(form);
  if (window === undefined) return badWindow;
  const { zone } = history.person;
  const dates = history.dates(localDate(zone, window.fromMs), localDate(zone, window.toMs));
  return done({ series: intradayJson(history, dates, window.fromMs, window.toMs) });
}
