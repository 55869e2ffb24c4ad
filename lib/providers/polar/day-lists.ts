import type * as z from 'zod';
import type { DataType, FetchContext, MapContext, RawPage } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { ProviderFault, type ProviderRecord } from '../model.ts';
import type { NightClock } from '../night-clock.ts';
import { type EntryFault, readList } from '../read-list.ts';
import { clockOf, nightsOf } from './night-offsets.ts';
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
  /** Whether its times are the wearer's clock without an offset, which the nights then tell. */
  readonly isOnNightClock?: boolean;
  readonly maxWindowDays: number;
  readonly produces: DataType['produces'];
  readonly schema: Schema;
  readonly toRecords: (
    entry: z.output<Schema>,
    context: MapContext,
    clock: NightClock,
  ) => readonly ProviderRecord[] | EntryFault;
}): DataType => {
  const toPage = async (context: FetchContext, answer: unknown): Promise<RawPage> =>
    onlyPage(answer, list.isOnNightClock === true ? { nights: await nightsOf(context) } : {});
  return {
    code: list.code,
    title: list.title,
    produces: list.produces,
    scopes: [],
    maxWindowDays: list.maxWindowDays,
    source: {
      kind: 'pull',
      fetchPages: async function* (context, window) {
        const asked = askPolar(context, list.path, list.isRanged ? datesOf(window) : undefined);
        yield toPage(context, await (list.isOptional === true ? asked.catch(nothingIfForbidden) : asked));
      },
      ...(list.hasDays
        ? {
            fetchRecord: async (context, date) => {
              const found = await askPolar(context, `${list.path}/${encodeURIComponent(date)}`);
              return found === undefined ? undefined : toPage(context, found);
            },
          }
        : {}),
    },
    map: (payload, context) => {
      const entries = fieldOf(payload, 'entries');
      const named = Array.isArray(entries) ? entries.map((entry) => withUnderscores(entry)) : entries;
      const clock = clockOf(fieldOf(payload, 'nights'));
      return readList(named, list.schema, (entry) => list.toRecords(entry, context, clock));
    },
  };
};

function nothingIfForbidden(error: unknown): undefined {
  if (!(error instanceof ProviderFault && error.kind === 'forbidden')) throw error;
}
