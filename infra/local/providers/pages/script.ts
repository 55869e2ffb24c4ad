/** Sends what a button stands for, says what came back, and keeps the page current. Runs in the browser. */
export const SCRIPT = `
const said = document.getElementById('said');
async function ask(method, path, body) {
  const response = await fetch(path, { method, headers: { 'content-type': 'application/json' }, body: body || undefined });
  const text = await response.text();
  said.textContent = method + ' ' + path + ' ' + (body || '') + ' → ' + response.status + ' ' + (text.length > 180 ? text.slice(0, 180) + ' …' : text);
  await refresh();
}
async function refresh() {
  const next = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html');
  for (const id of ['clouds', 'clock']) {
    const now = document.getElementById(id), then = next.getElementById(id);
    if (now.innerHTML !== then.innerHTML) now.innerHTML = then.innerHTML;
  }
}
document.addEventListener('click', (event) => {
  const { ask: path, method, body } = event.target.dataset;
  if (path) ask(method || 'POST', path, body || '{}');
});
document.getElementById('webhooks').addEventListener('submit', (event) => {
  event.preventDefault();
  ask('PUT', '/control/webhooks', JSON.stringify({ baseUrl: new FormData(event.target).get('baseUrl') }));
});
setInterval(() => { if (!document.activeElement?.dataset?.ask) refresh().catch(() => {}); }, 2000);
`;
