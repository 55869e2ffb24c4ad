import type * as z from 'zod';
import type { MappedPage, ProviderRecord, UnreadableRecord } from './model.ts';

const MAX_REASON_LENGTH = 200;
/** Field names of providers; anything else in a path came with the data and is not repeated. */
const FIELD_NAME = /^[A-Za-z0-9_.-]{1,60}$/;

/** What an entry that fits the schema still cannot be: `{fault: 'end before start'}`. */
export interface EntryFault {
  readonly fault: string;
}
type Mapped = readonly ProviderRecord[] | EntryFault;

/**
 * Maps a page's list entry by entry: one that does not fit the schema, or that `map` faults, is set aside with
 * field and fault (never its value), the others go on. No list at all is one unreadable page.
 */
export function readList<Schema extends z.ZodType>(
  entries: unknown,
  schema: Schema,
  map: (entry: z.output<Schema>, index: number) => Mapped,
  externalIdOf: (entry: unknown) => string | undefined = () => undefined,
): MappedPage {
  if (!Array.isArray(entries)) return unreadablePage('expected a list');
  const records: ProviderRecord[] = [];
  const unreadable: UnreadableRecord[] = [];
  entries.forEach((entry: unknown, index) => {
    const parsed = schema.safeParse(entry);
    const mapped = parsed.success
      ? unlessThrown(() => map(parsed.data, index))
      : { fault: reasonOf(parsed.error) };
    if (!('fault' in mapped)) {
      for (const record of mapped) records.push(record);
      return;
    }
    const externalId = externalIdOf(entry);
    unreadable.push({ index, reason: mapped.fault, ...(externalId === undefined ? {} : { externalId }) });
  });
  return { records, unreadable, fetchedCount: entries.length };
}

/** What a mapper must not meet begins so; the tests of every provider hold it to never being said. */
export const UNEXPECTED = 'unexpected';

/** A mapper that fails sets its entry aside as well: one odd record must not stop every later sync. */
function unlessThrown(map: () => Mapped): Mapped {
  try {
    return map();
  } catch (error) {
    return { fault: `${UNEXPECTED}: ${error instanceof Error ? error.name : 'fault'}` };
  }
}

/** A page that is not what the provider documents. */
export const unreadablePage = (reason: string): MappedPage => ({
  records: [],
  unreadable: [{ index: -1, reason: reason.slice(0, MAX_REASON_LENGTH) }],
  fetchedCount: 0,
});

/** The first issue as `steps.count: expected number`: the field's path and zod's code, nothing of the input. */
export function reasonOf(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'not as documented';
  const names = issue.path.map((part) => (FIELD_NAME.test(String(part)) ? String(part) : '?'));
  // A key that is refused is part of the input.
  const path = (issue.code === 'invalid_key' ? [...names.slice(0, -1), '?'] : names).join('.');
  return `${path === '' ? 'entry' : path}: ${faultOf(issue)}`.slice(0, MAX_REASON_LENGTH);
}

function faultOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  if (issue.code === 'custom' || issue.code === 'invalid_format') return issue.message;
  return issue.code.replaceAll('_', ' ');
}

/** Several lists of one page, or several types of one list, as one page. */
export const joinPages = (pages: readonly MappedPage[]): MappedPage => ({
  records: pages.flatMap((page) => page.records),
  unreadable: pages.flatMap((page) => page.unreadable),
  fetchedCount: pages.reduce((sum, page) => sum + page.fetchedCount, 0),
});
