import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Call } from './call.ts';
import { type FaultKind, spoil } from './faults.ts';
import { send } from './http.ts';
import { usedUp, withHeaders } from './limits.ts';
import { type Match, matchRoute } from './router.ts';
import type { CloudRuntime } from './runtime.ts';

/** `drop`: the connection is closed without an answer. `hang`: nothing is ever answered. */
type Reply = Answer | 'drop' | 'hang';

/** Answers one request to a cloud: OAuth, faults, authentication, limits, then the route's own handler. */
export async function serveCloud(runtime: CloudRuntime, call: Call, response: ServerResponse): Promise<void> {
  const match = matchRoute(runtime.cloud.routes, call.method, call.origin, call.path);
  const what = `${call.method} ${match?.route.label?.(call) ?? match?.route.path ?? call.path}`;
  runtime.stats.request(match === undefined ? `${call.method} ${call.path}` : what);
  const where = { path: `/${call.origin}${call.path}`, onlyNamed: match?.route.access !== 'user' };
  const slow = runtime.faults.take('slow', where.path, where.onlyNamed);
  if (slow) await delay(slow.ms ?? 2000, undefined, { signal: runtime.ended });
  const ended = runtime.grants.endedCount();
  const reply =
    early(runtime, call, where) ?? oauthReply(runtime, call) ?? (await routed(runtime, call, match));
  // What the client ends through an address is a revocation; what a person ends is not.
  if (runtime.grants.endedCount() > ended) runtime.stats.add('revocations');
  runtime.stats.answered({
    atMs: runtime.kit.now(),
    what,
    status: typeof reply === 'string' ? 0 : reply.status,
  });
  // Reading as somebody changes nothing of it that a second would not wait for.
  if (where.onlyNamed || call.method !== 'GET') runtime.save();
  if (reply === 'hang') return;
  if (reply === 'drop') return void response.socket?.destroy();
  finish(runtime, where, reply, response);
}

interface Where {
  readonly path: string;
  /** For addresses without a person: faults must name them. */
  readonly onlyNamed: boolean;
}

/** Faults that come before anything else is looked at. */
function early(runtime: CloudRuntime, call: Call, { path, onlyNamed }: Where): Reply | undefined {
  const { faults, cloud, limits, kit } = runtime;
  if (faults.take('timeout', path, onlyNamed)) return 'hang';
  const server = faults.take('server_error', path, onlyNamed);
  if (server) return { ...cloud.errors.serverError(), ...(server.status ? { status: server.status } : {}) };
  const limited = faults.take('rate_limit', path, onlyNamed);
  if (limited === undefined) return undefined;
  const { usage } = limits.count(call, kit.now());
  const retryAfter =
    limited.retryAfterSec === undefined ? {} : { 'retry-after': String(limited.retryAfterSec) };
  return withHeaders(cloud.errors.rateLimited(), { ...cloud.limits.headers(usedUp(usage)), ...retryAfter });
}

function oauthReply(runtime: CloudRuntime, call: Call): Reply | undefined {
  const oauth = runtime.oauth(call);
  if (oauth === undefined) return undefined;
  return oauth.rotated ? 'drop' : oauth.answer;
}

async function routed(runtime: CloudRuntime, call: Call, match: Match | undefined): Promise<Answer> {
  const { cloud, limits, kit } = runtime;
  if (match === undefined) return cloud.errors.notFound();
  const { route, params } = match;
  if (route.access !== 'user') {
    if (route.access === 'app' && !cloud.verifyApp(call)) return cloud.errors.unauthorizedApp();
    return route.handle({ ...call, params });
  }
  const grant = grantOf(runtime, call);
  if (typeof grant === 'string') return cloud.errors.unauthorized(grant);
  const known = { ...call, params, grant };
  const { usage, exceeded } = limits.count(known, kit.now());
  const headers = cloud.limits.headers(usage);
  if (exceeded) return withHeaders(cloud.errors.rateLimited(), headers);
  const path = `/${call.origin}${call.path}`;
  for (const kind of ['forbidden', 'inactive', 'membership'] as const)
    if (runtime.faults.take(kind, path)) return withHeaders(cloud.errors.forbidden(kind), headers);
  return withHeaders(await route.handle(known), headers);
}

function grantOf({ grants }: CloudRuntime, call: Call) {
  const header = call.headers['authorization'] ?? '';
  return header.startsWith('Bearer ') ? grants.check(header.slice(7)) : 'missing';
}

/** Faults that spoil what was to be answered. */
function finish(
  { faults }: CloudRuntime,
  { path, onlyNamed }: Where,
  answer: Answer,
  response: ServerResponse,
): void {
  const ok = answer.status === 200 && answer.json !== undefined;
  const take = (kind: FaultKind) => (ok ? faults.take(kind, path, onlyNamed) : undefined);
  const wrong = take('wrong_types') ?? take('missing_fields');
  const cut = take('truncated') !== undefined;
  send(response, wrong ? spoil(answer, wrong) : answer, cut);
}
