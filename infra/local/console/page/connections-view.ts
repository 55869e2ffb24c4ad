import {
  authorize,
  type ConnectionRow,
  disconnect,
  listConnections,
  listProviders,
  type ProviderRow,
  startSync,
} from './api.ts';
import { action, counted, element, make } from './elements.ts';

/** Words for a connection's status; those of a reason follow it. */
const STATUS_WORDS: Readonly<Record<string, string>> = {
  connected: 'connected',
  needs_reauth: 'needs consent again',
  disconnected: 'disconnected',
};

/** What the table shows. It is made anew only when that changes, so that a button stays under the pointer. */
let shownText = '';

/** One line per provider: its connection, what its last sync brought, and what can be done. */
export async function showConnections(userId: string): Promise<void> {
  if (userId === '') return;
  const [providers, connections] = await Promise.all([listProviders(), listConnections(userId)]);
  const text = JSON.stringify([userId, providers, connections]);
  if (text === shownText) return;
  shownText = text;
  const rows = providers.filter(({ configured }) => configured);
  element('connections-empty').hidden = rows.length > 0;
  element('connections').hidden = rows.length === 0;
  const lines = rows.map((row) => {
    const own = connections.filter(({ provider }) => provider === row.name);
    const live = own.find(({ status }) => status !== 'disconnected') ?? own[0];
    return connectionLine(userId, row, live);
  });
  element('connections')
    .querySelector('tbody')
    ?.replaceChildren(...lines);
}

function connectionLine(
  userId: string,
  { name, title }: ProviderRow,
  connection: ConnectionRow | undefined,
): HTMLElement {
  const isLive = connection !== undefined && connection.status !== 'disconnected';
  const buttons = [
    action(connection?.status === 'connected' ? 'Connect again' : 'Connect', () => connect(userId, name)),
    ...(isLive && connection.status === 'connected'
      ? [action('Sync', () => startSync(userId, connection.id))]
      : []),
    ...(isLive ? [action('Disconnect', () => disconnect(userId, connection.id))] : []),
  ];
  return make(
    'tr',
    { 'data-provider': name },
    make('td', {}, title),
    make('td', {}, connection === undefined ? '–' : statusWords(connection)),
    make('td', {}, lastSyncWords(connection)),
    make('td', {}, connection?.lastPushAt?.slice(11, 19) ?? '–'),
    make('td', {}, make('div', { class: 'actions' }, ...buttons)),
  );
}

function statusWords({ status, reason, silentSince }: ConnectionRow): string {
  const words = `${STATUS_WORDS[status] ?? status}${reason === undefined ? '' : ` (${reason})`}`;
  return silentSince === null ? words : `${words}, silent`;
}

function lastSyncWords(connection: ConnectionRow | undefined): string {
  const sync = connection?.lastSync;
  if (sync === undefined || sync === null) return '–';
  if (sync.status === 'running') return 'running';
  return `${sync.status}: ${counted(sync.counts.fetched, 'record')}, ${sync.counts.accepted.toLocaleString('en')} new`;
}

/** The tab is opened by the click itself: browsers block what opens later. */
async function connect(userId: string, provider: string): Promise<void> {
  const tab = window.open('', '_blank');
  try {
    const { url } = await authorize(userId, provider);
    if (tab === null) window.location.assign(url);
    else tab.location.assign(url);
  } catch (error) {
    tab?.close();
    throw error;
  }
}
