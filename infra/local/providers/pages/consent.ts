import type { Answer } from '../frame/call.ts';
import type { OAuthRules } from '../oauth/rules.ts';
import type { Person } from '../people/people.ts';
import { escapeHtml } from './html.ts';
import { pageOf } from './style.ts';

interface ConsentOptions {
  readonly title: string;
  readonly people: readonly Person[];
  readonly rules: OAuthRules;
  readonly asked: readonly string[];
  readonly query: URLSearchParams;
}

/** The page on which a person chooses who they are and what they allow. The form comes back to the same address. */
export function consentPage({ title, people, rules, asked, query }: ConsentOptions): Answer {
  const kept = [...query]
    .filter(([name]) => !name.startsWith('sim_'))
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`);
  const who = people.map(
    ({ name, zone }, index) =>
      `<label><input type="radio" name="sim_user" value="${name}"${index === 0 ? ' checked' : ''}> <b>${name}</b> <small>${zone}</small></label>`,
  );
  const body = `<main class="sheet card"><h1>${escapeHtml(title)}</h1><p>A simulated cloud: choose a person, and what the application may read.</p>
<form method="get" style="display:block">${kept.join('')}<h3>Who are you?</h3>${who.join('')}<h3>Allow</h3>${boxes(rules, asked)}
<div class="ends"><button class="main">Allow</button><button name="sim_deny" value="1">Deny</button></div></form></main>`;
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  return { status: 200, headers, text: pageOf(title, body) };
}

/** Check boxes where the cloud lets people choose; elsewhere a list of what is asked. */
function boxes(rules: OAuthRules, asked: readonly string[]): string {
  const options =
    rules.consentOptions ?? asked.map((scope) => ({ value: scope, label: scope, checked: true }));
  const locked = rules.subsets || rules.consentOptions !== undefined ? '' : ' disabled';
  return options
    .map(({ value, label, checked }) => {
      const short = escapeHtml(label.replace('https://www.googleapis.com/auth/', ''));
      return `<label><input type="checkbox" name="sim_scopes" value="${escapeHtml(value)}"${checked ? ' checked' : ''}${locked}> ${short}</label>`;
    })
    .join('');
}
