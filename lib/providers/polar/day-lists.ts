import type * as z from 'zod';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { ProviderFault, type ProviderRecord } from '../model.ts';
import { type EntryFault, readList } from '../read-list.ts';
import { askPolar, datesOf, onlyPage, withUnderscores } from './pages.ts';

/** Something that Polar lists by local date, in one answer, and gives out for one date. */
export const dayList = <Schema extends z.ZodType>(list: {
  readonly code: string;
  readonly title: string;
  readonly path: string;
  /** Whether the list takes `from` and `to`; without them it is of the last weeks. */
  readonly isRanged: boolean;
  /** Whether it is refused to people whose devices do not measure it. */
  readonly isOptional?: boolean;
  /** Whether one date can be asked for, as pushes do. */
  readonly hasDays: boolean;
  readonly maxWindowDays: number;
  readonly produces: DataType['produces'];
  readonly schema: Schema;
  readonly toRecords: (
    entry: z.output<Schema>,
    context: MapContext,
  ) => readonly ProviderRecord[] | EntryFault;
}): DataType => ({
  code: list.code,
  title: list.title,
  produces: list.produces,
  scopes: [],
  maxWindowDays: list.maxWindowDays,
  source: {
    kind: 'pull',
    fetchPages: async function* (context, window) {
      const asked = askPolar(context, list.path, list.isRanged ? datesOf(window) : undefined);
      yield onlyPage(await (list.isOptional === true ? asked.catch(nothingIfForbidden) : asked));
    },
    ...(list.hasDays
      ? {
          fetchRecord: async (context, date) => {
            const found = await askPolar(context, `${list.path}/${encodeURIComponent(date)}`);
            return found === undefined ? undefined : onlyPage(found);
          },
        }
      : {}),
  },
  map: (payload, context) => {
    const entries = fieldOf(payload, 'entries');
    const named = Array.isArray(entries) ? entries.map((entry) => withUnderscores(entry)) : entries;
    return readList(named, list.schema, (entry) => list.toRecords(entry, context));
  },
});

function nothingIfForbidden(error: unknown): undefined {
  if (!(error instanceof ProviderFault && error.kind === 'forbidden')) throw error;
}
