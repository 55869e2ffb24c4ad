import type { LocalRow } from '../../../../../lib/client/store/row-view.ts';
import { make } from '../elements.ts';

const MOODS = ['great', 'good', 'neutral', 'bad', 'awful'] as const;
/** The newest; ids sort by time. */
const SHOWN_COUNT = 12;

export interface EntryWrites {
  update(id: string, patch: Readonly<Record<string, unknown>>): Promise<void>;
  remove(id: string): Promise<void>;
}

interface EntryLine {
  readonly element: HTMLElement;
  show(row: LocalRow): void;
}

/** Entries that can be written in place; what somebody is typing in stays as it is. */
export function createEntryList(writes: EntryWrites): {
  readonly element: HTMLElement;
  show(rows: readonly LocalRow[]): void;
} {
  const element = make('ul', { class: 'entries' });
  const lines = new Map<string, EntryLine>();
  return {
    element,
    show(rows) {
      const shown = [...rows].sort((left, right) => (left.id < right.id ? 1 : -1)).slice(0, SHOWN_COUNT);
      for (const row of shown) {
        const line = lines.get(row.id) ?? createLine(row.id, writes);
        lines.set(row.id, line);
        line.show(row);
      }
      const ids = new Set(shown.map(({ id }) => id));
      for (const id of [...lines.keys()].filter((each) => !ids.has(each))) lines.delete(id);
      place(
        element,
        shown.flatMap(({ id }) => lines.get(id)?.element ?? []),
      );
    },
  };
}

/** Moves only what is out of place: an element that is taken out loses its focus. */
function place(list: HTMLElement, wanted: readonly HTMLElement[]): void {
  for (const child of [...list.children]) if (!wanted.includes(child as HTMLElement)) child.remove();
  wanted.forEach((child, index) => {
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
}

function createLine(id: string, writes: EntryWrites): EntryLine {
  const title = make('input', {
    'aria-label': 'Title',
    class: 'title',
    maxlength: '200',
  }) as HTMLInputElement;
  const mood = make(
    'select',
    { 'aria-label': 'Mood' },
    ...MOODS.map((each) => make('option', {}, each)),
  ) as HTMLSelectElement;
  const tags = make('input', {
    'aria-label': 'Tags, separated by commas',
    placeholder: 'tags',
  }) as HTMLInputElement;
  const state = make('span', { class: 'row-state' });
  const remove = make('button', { type: 'button', 'aria-label': 'Delete' }, '×');
  title.addEventListener('change', () => void writes.update(id, { title: title.value }));
  mood.addEventListener('change', () => void writes.update(id, { mood: mood.value }));
  tags.addEventListener('change', () => void writes.update(id, { tags: tagsIn(tags.value) }));
  remove.addEventListener('click', () => void writes.remove(id));
  const element = make('li', { 'data-id': id }, title, mood, tags, state, remove);
  return {
    element,
    show(row) {
      fill(title, text(row.data['title']));
      offer(mood, text(row.data['mood']));
      fill(mood, text(row.data['mood']));
      fill(tags, list(row.data['tags']));
      element.dataset['state'] = row.state;
      state.textContent = row.state;
    },
  };
}

/** Moods are free texts: what another app wrote is a choice as well. */
function offer(select: HTMLSelectElement, value: string): void {
  if (value === '' || [...select.options].some((option) => option.value === value)) return;
  select.append(make('option', { value }, value));
}

function fill(field: HTMLInputElement | HTMLSelectElement, value: string): void {
  if (document.activeElement !== field) field.value = value;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : '');
const tagsIn = (typed: string): readonly string[] => [
  ...new Set(
    typed
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
];
