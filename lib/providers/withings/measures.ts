import { definedFields } from '../../core/defined-fields.ts';
import { type EpochMs, localDateOf, SECOND_MS, toIso } from '../../core/instants.ts';
import { dailyValue } from '../daily-value.ts';
import type { DataType, MapContext } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import type { MappedPage, ProviderRecord, RecordSource } from '../model.ts';
import { type EntryFault, readList } from '../read-list.ts';
import { METRIC_OF, valuesOf } from './measure-types.ts';
import { offsetAt, offsetPages } from './pages.ts';
import { MeasureGroup } from './payloads.ts';

/** Real measurements; 2 are goals. */
const REAL = 1;
const CATEGORY = String(REAL);
/** Whose it was is not known: several people of the household match. */
const AMBIGUOUS = 1;
/** Entered by hand, later or when signing up. */
const MANUAL = new Set([2, 4]);

/**
 * Readings of scales, cuffs, thermometers and watches, in groups that were measured together. Each is known by
 * its device and time: a notification of a deletion names the time and no group.
 */
export const measures: DataType = {
  code: 'measures',
  title: 'Measurements',
  produces: {
    metrics: [...new Set([...Object.values(METRIC_OF).map(({ metric }) => metric), 'pulse_at_bp'])],
    records: [],
  },
  scopes: ['user.metrics'],
  maxWindowDays: 365,
  source: {
    kind: 'pull',
    fetchPages: (context, { fromMs, toMs }, cursor) =>
      offsetPages(context, {
        path: '/measure',
        form: {
          action: 'getmeas',
          meastypes: Object.keys(METRIC_OF).join(','),
          category: CATEGORY,
          startdate: String(Math.floor(fromMs / SECOND_MS)),
          enddate: String(Math.ceil(toMs / SECOND_MS)),
        },
        cursor,
      }),
  },
  map: (payload, context) => mapMeasures(fieldOf(payload, 'body'), context),
};

function mapMeasures(body: unknown, context: MapContext): MappedPage {
  const zone = fieldOf(body, 'timezone');
  const zoned = typeof zone === 'string' ? zone.slice(0, 64) : undefined;
  return readList(fieldOf(body, 'measuregrps'), MeasureGroup, (group) =>
    isTaken(group) ? toRecords(group, zoned, context) : [],
  );
}

const isTaken = ({ attrib, category }: MeasureGroup): boolean =>
  attrib !== AMBIGUOUS && (category ?? REAL) === REAL;

function sourceOf({ attrib, model }: MeasureGroup): RecordSource {
  if (attrib !== undefined && MANUAL.has(attrib)) return {};
  return { device: { manufacturer: 'Withings', ...definedFields({ model }) } };
}

function toRecords(
  group: MeasureGroup,
  zone: string | undefined,
  context: MapContext,
): readonly ProviderRecord[] | EntryFault {
  const values = valuesOf(group.measures);
  if ('fault' in values) return values;
  const offset = offsetAt(group.date, group.timezone ?? zone, context);
  const known = {
    source: sourceOf(group),
    ...definedFields({ revision: revisionOf(group), zoneOffsetMinutes: offset }),
  };
  return values.map((value) =>
    value.metric === 'basal_energy'
      ? dailyValue(localDateOf(group.date, offset ?? 0), context, {
          ...value,
          ...known,
          recordId: `basal:${localDateOf(group.date, offset ?? 0)}`,
        })
      : {
          kind: 'sample' as const,
          ...value,
          ...known,
          start: toIso(group.date),
        },
  );
}

/** When Withings last changed it. */
const revisionOf = ({ modified, created }: MeasureGroup): number | undefined => {
  const changedMs: EpochMs | undefined = modified ?? created;
  return changedMs === undefined ? undefined : Math.floor(changedMs / SECOND_MS);
};
