import type { ConflictNote } from '../report.ts';
import type { LocalTransaction } from './local-store.ts';

const PREFIX = 'conflict#';
/** Decided ones beyond this go, oldest first; the server keeps its own records. */
const MAX_DECIDED_COUNT = 200;

/** CLI9: no write ends in a conflict without a note of what it said. In the order of conflict ids, newest last. */
export async function listConflictNotes(transaction: LocalTransaction): Promise<readonly ConflictNote[]> {
  const values = await transaction.listValues(PREFIX);
  return values.flatMap(([, text]) => parse(text));
}

export async function saveConflictNote(transaction: LocalTransaction, note: ConflictNote): Promise<void> {
  await transaction.saveValue(`${PREFIX}${note.conflictId}`, JSON.stringify(note));
}

/** Called once per answer that brought conflicts. */
export async function trimConflictNotes(transaction: LocalTransaction): Promise<void> {
  const notes = await listConflictNotes(transaction);
  const decided = notes.filter(({ outcome }) => outcome !== 'MANUAL_REQUIRED');
  for (const note of decided.slice(0, Math.max(0, decided.length - MAX_DECIDED_COUNT))) {
    await transaction.saveValue(`${PREFIX}${note.conflictId}`, undefined);
  }
}

function parse(text: string): readonly ConflictNote[] {
  try {
    return [JSON.parse(text) as ConflictNote];
  } catch {
    return [];
  }
}
