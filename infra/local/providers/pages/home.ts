import type { Answer } from '../frame/call.ts';
import type { CloudRuntime } from '../frame/runtime.ts';
import type { Person } from '../people/people.ts';
import { escapeHtml } from './html.ts';
import { SCRIPT } from './script.ts';
import { pageOf } from './style.ts';

interface Button {
  readonly label: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly method?: string;
  readonly bad?: boolean;
}

const button = ({ label, path, body = {}, method = 'POST', bad = false }: Button): string =>
  `<button type="button" data-ask="${escapeHtml(path)}" data-method="${method}" data-body="${escapeHtml(JSON.stringify(body))}"${bad ? ' class="bad"' : ''}>${escapeHtml(label)}</button>`;

/** The clouds, their people, their webhooks, what was asked of them last, and a button for every usual control. */
export function homePage(runtimes: readonly CloudRuntime[], nowMs: number, url: string): Answer {
  const clock = new Date(nowMs).toISOString().replace('T', ' ').slice(0, 19);
  const header = `<header><div><h1>Simulated provider clouds</h1>
<p>Seven clouds and their people, at ${escapeHtml(url)}. Connect them from Headwater; change what happened here.</p></div>
<form id="webhooks"><input type="url" name="baseUrl" placeholder="http://127.0.0.1:4000" title="Where the API answers; npm start has said it already" aria-label="Address that receives pushes" required>
<button>Use for pushes</button></form>
<form><span id="clock"><b>${clock}</b> UTC</span> ${button({ label: '+1 hour', path: '/control/clock', body: { advanceSec: 3600 } })}
${button({ label: '+1 day', path: '/control/clock', body: { advanceSec: 86_400 } })} ${button({ label: 'Deliver what is due', path: '/control/flush' })}</form>
<div id="said" role="status"></div></header>`;
  const cards = runtimes.map(cloudCard).join('');
  const body = `${header}<main><div class="grid" id="clouds">${cards}</div></main><script>${SCRIPT}</script>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    text: pageOf('Simulated clouds', body),
  };
}

function cloudCard(runtime: CloudRuntime): string {
  const { cloud, stats, deliveries, faults, kit } = runtime;
  const view = stats.view();
  const state = deliveries.state();
  const tone = state === 'active' ? 'good' : state === 'off' ? '' : 'bad';
  const counts: readonly (readonly [string, number])[] = [
    ['requests', Object.values(view.requests).reduce((sum, count) => sum + count, 0)],
    ['tokens', view.tokenExchanges],
    ['refreshes', view.tokenRefreshes],
    ['pushes', view.pushesAccepted],
    ['failed', view.pushesFailed],
    ['waiting', deliveries.pending()],
  ];
  const waiting = faults
    .waiting()
    .map(({ kind, left }) => `<span class="badge wait">${kind}: ${left}</span>`);
  return `<section class="card" id="${cloud.name}"><div class="top"><h2>${escapeHtml(cloud.title)}</h2>
<span class="badge ${tone}">pushes ${escapeHtml(state)}</span></div>
<div class="counts">${counts.map(([label, count]) => `<span><b>${count}</b> ${label}</span>`).join('')}</div>
<table>${kit.people.map((person) => personRow(runtime, person)).join('')}</table>
<h3>Next request or push</h3><div>${faultButtons(cloud.name)} ${waiting.join(' ')}</div>
${recentRequests(runtime)}</section>`;
}

const ACTIONS = [
  { label: 'Record', action: 'record', bad: false },
  { label: 'Revise', action: 'revise', bad: false },
  { label: 'Delete', action: 'delete', bad: false },
  { label: 'Remove app', action: 'deauthorize', bad: true },
] as const;

function personRow({ cloud, kit }: CloudRuntime, person: Person): string {
  const connected = kit.grantOf(person) !== undefined;
  // Garmin tells of no deletion, and only a connected application can be removed.
  const offered = ({ action }: (typeof ACTIONS)[number]): boolean =>
    (action !== 'delete' || cloud.name !== 'garmin') && (action !== 'deauthorize' || connected);
  const buttons = ACTIONS.filter(offered).map(({ label, action, bad }) =>
    button({ label, path: `/control/${cloud.name}/people/${person.name}/${action}`, bad }),
  );
  const badge = connected ? '<span class="badge good">connected</span>' : '';
  return `<tr><td><b>${person.name}</b> ${badge}<br><small>${person.zone}</small></td><td class="buttons">${buttons.join('')}</td></tr>`;
}

function faultButtons(cloud: string): string {
  const path = `/control/${cloud}/faults`;
  return [
    button({ label: 'Rate limit', path, body: { kind: 'rate_limit', retryAfterSec: 5 } }),
    button({ label: 'Server error', path, body: { kind: 'server_error' } }),
    button({ label: 'Cut the answer', path, body: { kind: 'truncated' } }),
    button({ label: 'Lose the tokens', path, body: { kind: 'lost_token_response' } }),
    button({ label: 'Push twice', path, body: { kind: 'duplicate_push' } }),
    button({ label: 'Expire tokens', path: `/control/${cloud}/tokens/expire` }),
    button({ label: 'No faults', path, method: 'DELETE' }),
  ].join(' ');
}

function recentRequests({ stats }: CloudRuntime): string {
  const rows = stats
    .recent()
    .slice(0, 6)
    .map(
      ({ atMs, what, status }) =>
        `<li><span>${new Date(atMs).toISOString().slice(11, 19)}</span><span>${escapeHtml(what)}</span><span>${status || 'no answer'}</span></li>`,
    );
  return `<h3>Last requests</h3><ol>${rows.join('') || '<li>none yet</li>'}</ol>`;
}
