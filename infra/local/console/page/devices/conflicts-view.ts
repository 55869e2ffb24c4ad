import { type ConflictRow, type ConflictSide, listSyncConflicts } from '../api.ts';
import { element, make } from '../elements.ts';

const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  merged: 'merged',
  client_wins: 'the device’s won',
  server_wins: 'the server’s stayed',
  manual: 'waits for a person',
};

let shownText = '';

/** Both sides of each conflict of the user's devices, a line per field. */
export async function showConflicts(userId: string): Promise<void> {
  const conflicts = await listSyncConflicts(userId);
  const text = JSON.stringify(conflicts);
  if (text === shownText) return;
  shownText = text;
  element('conflicts-empty').hidden = conflicts.length > 0;
  element('conflicts').hidden = conflicts.length === 0;
  element('conflicts')
    .querySelector('tbody')
    ?.replaceChildren(...conflicts.flatMap(linesOf));
}

const linesOf = (conflict: ConflictRow): readonly HTMLElement[] =>
  conflict.fields.map((field) =>
    make(
      'tr',
      { 'data-conflict': conflict.conflictId, 'data-field': field },
      make('td', {}, conflict.createdAt.slice(11, 19)),
      make('td', {}, conflict.deviceId.replace(/-[0-9a-f]{8}$/, '')),
      make('td', {}, titleOf(conflict)),
      make('td', {}, field),
      make('td', {}, told(conflict.client, field)),
      make('td', {}, told(conflict.server, field)),
      make('td', {}, told(conflict.result, field)),
      make('td', {}, OUTCOME_WORDS[conflict.outcome] ?? conflict.outcome),
    ),
  );

function titleOf({ result, server, id }: ConflictRow): string {
  const title = result?.data?.['title'] ?? server.data?.['title'];
  return typeof title === 'string' ? title : id.slice(0, 8);
}

/** What a side said of a field; a deleted row says nothing of any. */
function told(side: ConflictSide | null, field: string): string {
  if (side === null) return '–';
  if (side.data === null) return 'deleted';
  return inWords(side.data[field]);
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object') return String(value);
  const { add, remove } = value as { add?: readonly unknown[]; remove?: readonly unknown[] };
  if (add === undefined && remove === undefined) return JSON.stringify(value);
  return [...(add ?? []).map((each) => `+ ${each}`), ...(remove ?? []).map((each) => `− ${each}`)].join(', ');
}
