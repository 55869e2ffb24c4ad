import type { Prng } from '../simulation/engine/prng.ts';
import type { Peer } from './peer-devices.ts';

const MOODS = ['great', 'good', 'neutral', 'bad', 'awful'] as const;
const TAGS = ['rain', 'sleep', 'work', 'walk', 'late'] as const;

/** Any one edit: a row is made, changed in some fields, or deleted. Deletes are rare, so that edits meet. */
export async function randomEdit(peer: Peer, prng: Prng): Promise<void> {
  const type = prng.chance(0.75) ? 'journal_entries' : 'goals';
  const rows = await peer.list(type);
  if (rows.length === 0 || prng.chance(0.2)) {
    await peer.create(type, uuidOf(prng), newRow(type, prng));
    return;
  }
  const { id } = prng.pick(rows);
  if (prng.chance(0.12)) await peer.remove(type, id);
  else await peer.update(type, id, changeOf(type, prng));
}

/** Version 7, as the protocol likes ids. */
function uuidOf(prng: Prng): string {
  const hex = [prng.next(), prng.next(), prng.next(), prng.next()]
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

const newRow = (type: string, prng: Prng): Readonly<Record<string, unknown>> =>
  type === 'goals' ? newGoal(prng) : newEntry(prng);

const newEntry = (prng: Prng) => ({
  title: `title ${prng.below(1_000)}`,
  content: `content ${prng.below(1_000)}`,
  mood: prng.pick(MOODS),
  tags: tagsOf(prng),
});

const newGoal = (prng: Prng) => ({ name: `goal ${prng.below(1_000)}`, progress: prng.below(10) });

function changeOf(type: string, prng: Prng): Readonly<Record<string, unknown>> {
  if (type === 'goals')
    return prng.chance(0.5) ? { progress: prng.below(100) } : { name: newGoal(prng).name };
  const { title, content, mood, tags } = newEntry(prng);
  return prng.pick([{ title }, { content }, { mood }, { tags }, { title, tags }]);
}

const tagsOf = (prng: Prng): readonly string[] => [...new Set([prng.pick(TAGS), prng.pick(TAGS)])].sort();
