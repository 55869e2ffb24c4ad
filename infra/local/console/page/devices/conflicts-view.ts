import { type ConflictRow, type ConflictSide, listSyncConflicts } from '../api.ts';
import { element, make } from '../elements.ts';

const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  merged: 'merged',
  client_wins: 'the device’s won',
  server_wins: 'the server’s stayed',
  manual: 'waits for a person',
};

/** The field of a conflict in which one side deleted the row. */
const DELETION = 'deleted';
const NOTHING = '–';

interface SentChange {
  readonly add?: readonly unknown[];
  readonly remove?: readonly unknown[];
  readonly delta?: unknown;
}

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

function titleOf({ result, server, client, id }: ConflictRow): string {
  const titles = [result, server, client].map((side) => side?.data?.['title']);
  return titles.find((title) => typeof title === 'string') ?? id.slice(0, 8);
}

/** What a side said of a field; a deleted row says nothing of any, and where that is the conflict, all counts. */
function told(side: ConflictSide | null, field: string): string {
  if (side === null) return NOTHING;
  if (side.data === null) return 'deleted';
  return field === DELETION ? fieldsInWords(side.data) : inWords(side.data[field]);
}

const fieldsInWords = (data: object): string =>
  Object.entries(data)
    .map(([name, value]) => [name, inWords(value)])
    .filter(([, words]) => words !== NOTHING)
    .map(([name, words]) => `${name}: ${words}`)
    .join('; ');

/** A value, or a change as it is sent: `+ run, − rest` of a set, `+ 2` of a counter. */
function inWords(value: unknown): string {
  if (value === undefined || value === null || value === '') return NOTHING;
  if (Array.isArray(value)) return value.length === 0 ? NOTHING : value.join(', ');
  if (typeof value !== 'object') return String(value);
  const { add, remove, delta } = value as SentChange;
  if (typeof delta === 'number') return `${delta < 0 ? '−' : '+'} ${Math.abs(delta)}`;
  if (!Array.isArray(add) && !Array.isArray(remove)) return fieldsInWords(value);
  return [...(add ?? []).map((each) => `+ ${each}`), ...(remove ?? []).map((each) => `− ${each}`)].join(', ');
}
