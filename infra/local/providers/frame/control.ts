import { setTimeout as delay } from 'node:timers/promises';
import type { Person } from '../people/people.ts';
import type { Answer, Call } from './call.ts';
import type { ActionName } from './cloud.ts';
import { FAULT_KINDS, type Fault } from './faults.ts';
import { asFields } from './http.ts';
import type { CloudRuntime } from './runtime.ts';

export interface ControlContext {
  readonly runtimes: readonly CloudRuntime[];
  advance(seconds: number): number;
  now(): number;
}

const ACTIONS: readonly ActionName[] = ['revise', 'delete', 'record', 'deauthorize', 'permissions', 'burst'];
const NOT_FOUND: Answer = { status: 404, json: { error: 'no such control' } };
const bad = (error: string): Answer => ({ status: 400, json: { error } });
const ok = (json: unknown): Answer => ({ status: 200, json });

/** Everything under `/control`: `segments` is the path behind it. */
export async function control(
  context: ControlContext,
  call: Call,
  segments: readonly string[],
): Promise<Answer> {
  const [first = '', ...rest] = segments;
  const body = asFields(call.json());
  const runtime = context.runtimes.find(({ cloud }) => cloud.name === first);
  if (runtime !== undefined) return controlCloud(runtime, { call, body, segments: rest });
  switch (`${call.method} ${segments.join('/')}`) {
    case 'POST clock':
      return typeof body['advanceSec'] === 'number' && body['advanceSec'] >= 0
        ? ok({ now: new Date(context.advance(body['advanceSec'])).toISOString() })
        : bad('advanceSec must be a number, 0 or more');
    case 'GET clock':
      return ok({ now: new Date(context.now()).toISOString() });
    case 'PUT webhooks':
      return subscribe(context, body);
    case 'POST flush':
      return ok(await flush(context));
    case 'GET stats':
      return ok(Object.fromEntries(context.runtimes.map(({ cloud, stats }) => [cloud.name, stats.view()])));
    default:
      return NOT_FOUND;
  }
}

async function subscribe(
  { runtimes }: ControlContext,
  body: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const baseUrl = body['baseUrl'];
  if (typeof baseUrl !== 'string' || URL.parse(baseUrl) === null) return bad('baseUrl must be an address');
  const only = Array.isArray(body['only']) ? body['only'] : undefined;
  const chosen = runtimes.filter(({ cloud }) => only?.includes(cloud.name) ?? true);
  const states = await Promise.all(
    chosen.map(async ({ cloud, deliveries }) => [cloud.name, await deliveries.subscribe(baseUrl)] as const),
  );
  return ok(Object.fromEntries(states));
}

/** Until nothing more is due: an accepted push can make the cloud send another (Garmin's pings after a backfill). */
async function flush({
  runtimes,
}: ControlContext): Promise<{ delivered: number; failed: number; pending: number }> {
  const results = await Promise.all(runtimes.map(({ deliveries }) => deliveries.flush()));
  const sum = (field: 'delivered' | 'failed' | 'pending'): number =>
    results.reduce((total, result) => total + result[field], 0);
  return { delivered: sum('delivered'), failed: sum('failed'), pending: sum('pending') };
}

interface CloudControl {
  readonly call: Call;
  readonly body: Readonly<Record<string, unknown>>;
  readonly segments: readonly string[];
}

async function controlCloud(runtime: CloudRuntime, { call, body, segments }: CloudControl): Promise<Answer> {
  const { cloud, faults, limits, stats } = runtime;
  if (segments[0] === 'people') return controlPerson(runtime, { call, body, segments: segments.slice(1) });
  switch (`${call.method} ${segments.join('/')}`) {
    case 'GET stats':
      return ok(stats.view());
    case 'POST faults':
      return addFault(runtime, body);
    case 'GET faults':
      return ok({ faults: faults.waiting() });
    case 'DELETE faults':
      faults.clear();
      return { status: 204 };
    case 'PUT limits':
      return ok(limits.set(body));
    case 'GET limits':
      return ok(limits.current());
    case 'POST tokens/expire':
      return ok({ expired: runtime.grants.expireAccessTokens() });
    case 'POST tokens/revoke': {
      const person = runtime.kit.people.find(({ name }) => name === body['name']);
      return person === undefined
        ? bad('nobody has this name')
        : ok({ revoked: runtime.grants.revokePerson(person) });
    }
    default: {
      const own = call.method === 'POST' ? cloud.control?.(segments.join('/'), body) : undefined;
      return own === undefined ? NOT_FOUND : ok(await own);
    }
  }
}

function addFault({ faults }: CloudRuntime, body: Readonly<Record<string, unknown>>): Answer {
  const kind = FAULT_KINDS.find((known) => known === body['kind']);
  if (kind === undefined) return bad(`kind must be one of ${FAULT_KINDS.join(', ')}`);
  faults.add({ kind, ...faultOptions(body) }, typeof body['count'] === 'number' ? body['count'] : undefined);
  return { status: 201, json: { faults: faults.waiting() } };
}

function faultOptions(body: Readonly<Record<string, unknown>>): Omit<Fault, 'kind'> {
  const { on, ms, status, retryAfterSec, field } = body;
  return {
    ...(typeof on === 'string' ? { on } : {}),
    ...(typeof ms === 'number' ? { ms } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof retryAfterSec === 'number' ? { retryAfterSec } : {}),
    ...(typeof field === 'string' ? { field } : {}),
  };
}

async function controlPerson(runtime: CloudRuntime, { call, body, segments }: CloudControl): Promise<Answer> {
  const [name = '', what = ''] = segments;
  const person = runtime.kit.people.find((candidate) => candidate.name === name);
  if (person === undefined || segments.length !== 2) return NOT_FOUND;
  if (call.method === 'GET' && what === 'truth') return ok(truthOf(runtime, person, call.query));
  if (call.method === 'PUT' && what === 'load') {
    const records = Number(body['records'] ?? 0);
    if (!Number.isInteger(records) || records < 0) return bad('records must be a whole number');
    runtime.loads.set(name, { records, pageDelayMs: Number(body['pageDelayMs'] ?? 0) });
    return ok({ records });
  }
  const action = ACTIONS.find((known) => known === what);
  if (call.method !== 'POST' || action === undefined) return NOT_FOUND;
  const changes = runtime.cloud.act(action, person, body);
  // The first try of a push starts at once; the answer does not wait for it.
  await delay(0);
  return changes === undefined
    ? { status: 409, json: { error: `${runtime.cloud.name} has no ${action} for ${name} now` } }
    : ok({ changes });
}

function truthOf({ cloud, kit }: CloudRuntime, person: Person, query: URLSearchParams) {
  const history = kit.history(person);
  return cloud.truth(person, query.get('from') ?? history.firstDate, query.get('to') ?? history.lastDate());
}
