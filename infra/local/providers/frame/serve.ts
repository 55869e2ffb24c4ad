import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Call } from './call.ts';
import { spoil } from './faults.ts';
import { send } from './http.ts';
import { withHeaders } from './limits.ts';
import { type Match, matchRoute } from './router.ts';
import type { CloudRuntime } from './runtime.ts';

/** `drop`: the connection is closed without an answer. `hang`: nothing is ever answered. */
type Reply = Answer | 'drop' | 'hang';

/** Answers one request to a cloud: OAuth, faults, authentication, limits, then the route's own handler. */
export async function serveCloud(runtime: CloudRuntime, call: Call, response: ServerResponse): Promise<void> {
  const match = matchRoute(runtime.cloud.routes, call.method, call.origin, call.path);
  const what = `${call.method} ${match?.route.label?.(call) ?? match?.route.path ?? call.path}`;
  runtime.stats.request(match === undefined ? `${call.method} ${call.path}` : what);
  const path = `/${call.origin}${call.path}`;
  const slow = runtime.faults.take('slow', path);
  if (slow) await delay(slow.ms ?? 2000);
  const ended = runtime.grants.endedCount();
  const reply = early(runtime, path) ?? oauthReply(runtime, call) ?? (await routed(runtime, call, match));
  // What the client ends through an address is a revocation; what a person ends is not.
  if (runtime.grants.endedCount() > ended) runtime.stats.add('revocations');
  runtime.stats.answered({
    atMs: runtime.kit.now(),
    what,
    status: typeof reply === 'string' ? 0 : reply.status,
  });
  if (reply === 'hang') return;
  if (reply === 'drop') return void response.socket?.destroy();
  finish(runtime, path, reply, response);
}

/** Faults that need no more than the path. */
function early({ faults, cloud }: CloudRuntime, path: string): Reply | undefined {
  if (faults.take('timeout', path)) return 'hang';
  const server = faults.take('server_error', path);
  if (server) return { ...cloud.errors.serverError(), ...(server.status ? { status: server.status } : {}) };
  const limited = faults.take('rate_limit', path);
  if (limited === undefined) return undefined;
  const retryAfter =
    limited.retryAfterSec === undefined ? {} : { 'retry-after': String(limited.retryAfterSec) };
  return withHeaders(cloud.errors.rateLimited(), retryAfter);
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
function finish({ faults }: CloudRuntime, path: string, answer: Answer, response: ServerResponse): void {
  const ok = answer.status === 200 && answer.json !== undefined;
  const wrong = ok ? (faults.take('wrong_types', path) ?? faults.take('missing_fields', path)) : undefined;
  const cut = ok && faults.take('truncated', path) !== undefined;
  send(response, wrong ? spoil(answer, wrong) : answer, cut);
}
