import type { Answer } from '../frame/call.ts';
import type { OAuthApp } from '../oauth/authorize.ts';
import { escapeHtml } from './html.ts';

interface ConsentOptions {
  readonly app: OAuthApp;
  readonly asked: readonly string[];
  readonly query: URLSearchParams;
}

/** The page on which a person chooses who they are and what they allow. The form comes back to the same address. */
export function consentPage({ app, asked, query }: ConsentOptions): Answer {
  const { rules } = app;
  const kept = [...query]
    .filter(([name]) => !name.startsWith('sim_'))
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('');
  const people = app.people.map(
    ({ name, zone }, index) =>
      `<label><input type="radio" name="sim_user" value="${name}"${index === 0 ? ' checked' : ''}> <b>${name}</b> <small>${zone}</small></label>`,
  );
  const boxes = rules.consentOptions ?? asked.map((scope) => ({ value: scope, label: scope, checked: true }));
  const lockedAttribute = rules.subsets || rules.consentOptions !== undefined ? '' : ' disabled';
  const scopes = boxes.map(
    ({ value, label, checked }) =>
      `<label><input type="checkbox" name="sim_scopes" value="${escapeHtml(value)}"${checked ? ' checked' : ''}${lockedAttribute}> ${escapeHtml(label)}</label>`,
  );
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${app.title}</title>
<h1>${app.title}</h1><form method="get">${kept}<h2>Who are you?</h2>${people.join('')}<h2>Allow</h2>${scopes.join('')}
<p><button>Allow</button> <button name="sim_deny" value="1">Deny</button></p></form></html>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    text: html,
  };
}
