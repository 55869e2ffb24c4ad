import { METRICS } from '../../contracts/metrics/catalog.ts';
import type { Metric } from '../../contracts/metrics/metric.ts';
import { parseWallClock } from '../core/instants.ts';
import type { ImportItem, ImportSource } from './model.ts';

type Attributes = Readonly<Record<string, string>>;

const SLEEP = 'HKCategoryTypeIdentifierSleepAnalysis';

/** HKCategoryValueSleepAnalysis... (developer.apple.com, read 2026-11-20) to the codes of `sleep_stage`. */
const SLEEP_STAGES: Readonly<Record<string, string>> = {
  InBed: 'in_bed',
  Awake: 'awake',
  Asleep: 'asleep',
  AsleepUnspecified: 'asleep',
  AsleepCore: 'light',
  AsleepDeep: 'deep',
  AsleepREM: 'rem',
};

const metricsByType: ReadonlyMap<string, Metric> = new Map(
  [...METRICS.values()].flatMap((metric) =>
    metric.acceptedAsSample && metric.healthKit !== undefined
      ? [metric.healthKit, ...(metric.healthKitAliases ?? [])].map((type) => [type, metric] as const)
      : [],
  ),
);

/** One `<Record>` of the export: a sample, or why it is none. `row` is its line in the file. */
export function appleSampleOf(attributes: Attributes, row: number): ImportItem {
  const type = attributes['type'] ?? '';
  const start = toInstant(attributes['startDate']);
  const end = toInstant(attributes['endDate']);
  if (start === undefined || end === undefined)
    return { kind: 'unreadable', row, reason: 'startDate or endDate is not a time' };
  const interval = start === end ? { start } : { start, end };
  const base = { kind: 'sample', owner: '', row, source: sourceOf(attributes) } as const;
  if (type === SLEEP) {
    const category = SLEEP_STAGES[(attributes['value'] ?? '').replace('HKCategoryValueSleepAnalysis', '')];
    if (category === undefined) return { kind: 'unreadable', row, reason: 'unknown sleep stage' };
    return { ...base, sample: { metric: 'sleep_stage', ...interval, category, unit: '1' } };
  }
  const metric = metricsByType.get(type);
  if (metric === undefined) return { kind: 'unsupported', type };
  const text = attributes['value'] ?? '';
  const value = text === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) return { kind: 'unreadable', row, reason: 'value is not a number' };
  // Types that share a metric (walking and cycling distance) stay apart when their intervals are equal.
  const recordId = metric.healthKitAliases === undefined ? {} : { recordId: `${type}:${start}:${end}` };
  const unit = unitOf(attributes['unit']);
  return { ...base, sample: { metric: metric.code, ...interval, value, unit, ...recordId } };
}

/** HealthKit's percentages are fractions of 1, and it spells some units its own way. */
function unitOf(unit: string | undefined): string {
  if (unit === '%') return 'fraction';
  if (unit?.startsWith('mmol<')) return 'mmol/L';
  if (unit === 'mL/min·kg') return 'mL/min/kg';
  return unit ?? '';
}

/** `2014-09-13 10:27:54 +0100` to `2014-09-13T10:27:54+01:00`. */
export function toInstant(text: string | undefined): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/.exec(text ?? '');
  if (match === null || parseWallClock(match[1] ?? '') === undefined) return undefined;
  return `${(match[1] ?? '').replace(' ', 'T')}${match[2]}:${match[3]}`;
}

/** The device attribute reads `<<HKDevice: 0x1>, name:Apple Watch, manufacturer:Apple, model:Watch, ...>`. */
export function sourceOf(attributes: Attributes): ImportSource {
  const fields = new Map<string, string>();
  for (const pair of (attributes['device'] ?? '').replace(/>$/, '').split(', ').slice(1)) {
    const colon = pair.indexOf(':');
    if (colon > 0) fields.set(pair.slice(0, colon), pair.slice(colon + 1));
  }
  const app = attributes['sourceName'];
  const type = deviceTypeOf(`${fields.get('name') ?? ''} ${fields.get('model') ?? ''}`);
  const manufacturer = fields.get('manufacturer');
  const model = fields.get('hardware') ?? fields.get('model');
  const device = {
    ...(manufacturer ? { manufacturer: manufacturer.slice(0, 100) } : {}),
    ...(model ? { model: model.slice(0, 100) } : {}),
    ...(type ? { type } : {}),
  };
  return {
    provider: 'apple_health',
    ...(Object.keys(device).length > 0 ? { device } : {}),
    ...(app ? { app: app.slice(0, 100) } : {}),
  };
}

function deviceTypeOf(name: string): string | undefined {
  if (/watch/i.test(name)) return 'watch';
  if (/phone|ipod|ipad/i.test(name)) return 'phone';
  return undefined;
}
