import { DAY_MS } from '../../core/instants.ts';
import { composedPage, unlessGone } from '../composed-page.ts';
import { dailyValue } from '../daily-value.ts';
import type { DataType, FetchContext, MapContext, RawPage } from '../definition.ts';
import { fieldOf } from '../json-body.ts';
import { measured, unlessZero } from '../measured.ts';
import type { DayValue, MappedPage, ProviderRecord } from '../model.ts';
import { readList } from '../read-list.ts';
import { collectionPages, recordsOf } from './collections.ts';
import { RecoveryPayload, scoreOf } from './payloads.ts';
import { datingsOf, sleepById, sleepsWithin, wakingDateOf } from './sleep-dating.ts';
import { STRAP } from './sources.ts';

const METRICS = ['recovery_score', 'resting_heart_rate', 'hrv_rmssd', 'spo2', 'skin_temperature'] as const;

/**
 * What the night said of the body, as values of the day of waking up. A recovery has no id of its own: it goes
 * by its sleep, which is also what notifications name it by (model version 2).
 */
export const recoveries: DataType = {
  code: 'recovery',
  title: 'Recoveries',
  produces: { metrics: METRICS, records: [] },
  scopes: ['read:recovery'],
  maxWindowDays: 180,
  source: {
    kind: 'pull',
    fetchPages: (context, window, cursor) =>
      collectionPages(context, '/developer/v2/recovery', { window, cursor }, (payload) =>
        withSleeps(context, payload),
      ),
    fetchRecord: fetchRecovery,
  },
  map: mapRecoveries,
  deletionOf: (sleepId) => [
    {
      kind: 'sample_deletion',
      metrics: METRICS,
      recordId: recordIdOf(sleepId),
      near: { of: 'sleep', externalId: sleepId },
    },
  ],
};

const recordIdOf = (sleepId: string): string => `recovery:${sleepId}`;

/** A recovery is made within minutes of waking up; two days before it even the longest sleep begins. */
const SLEEP_BEFORE_MS = 2 * DAY_MS;

async function withSleeps(context: FetchContext, payload: unknown): Promise<unknown> {
  const records = recordsOf(payload);
  const read = records.flatMap((record) => {
    const parsed = RecoveryPayload.safeParse(record);
    return parsed.success ? [parsed.data] : [];
  });
  const createdMs = read.flatMap(({ created_at }) => created_at ?? []);
  const sleeps =
    createdMs.length === 0
      ? []
      : [...(await sleepsWithin(context, Math.min(...createdMs) - SLEEP_BEFORE_MS, Math.max(...createdMs)))];
  const known = new Set(datingsOf(sleeps).map(({ id }) => id));
  for (const { sleep_id } of read) {
    const sleep = known.has(sleep_id) ? undefined : await sleepById(context, sleep_id);
    if (sleep !== undefined) sleeps.push(sleep);
  }
  return { records, next_token: fieldOf(payload, 'next_token'), sleeps };
}

/** `id` is the sleep's, or of the first model version the cycle's, a whole number. Gone when either is. */
async function fetchRecovery(context: FetchContext, id: string): Promise<RawPage | undefined> {
  const namedSleep = /^\d+$/.test(id) ? undefined : await sleepById(context, id);
  const cycleId = namedSleep === undefined ? id : String(fieldOf(namedSleep, 'cycle_id'));
  if (!/^\d{1,20}$/.test(cycleId)) return undefined;
  const path = `/developer/v2/cycle/${cycleId}/recovery`;
  const recovery = (await unlessGone(context.http.json({ origin: 'api', path })))?.payload;
  if (recovery === undefined) return undefined;
  const sleep = namedSleep ?? (await sleepById(context, String(fieldOf(recovery, 'sleep_id'))));
  if (sleep === undefined) return undefined;
  return { ...composedPage({ records: [recovery], sleeps: [sleep] }), next: undefined };
}

function mapRecoveries(payload: unknown, context: MapContext): MappedPage {
  const sleeps = new Map(datingsOf(fieldOf(payload, 'sleeps')).map((sleep) => [sleep.id, sleep]));
  const map = (recovery: RecoveryPayload): readonly ProviderRecord[] | { readonly fault: string } => {
    const values = valuesOf(recovery);
    const sleep = sleeps.get(recovery.sleep_id);
    if (values.length === 0) return [];
    if (sleep === undefined) return { fault: 'sleep_id: no such sleep to date it by' };
    return values.map((value) =>
      dailyValue(wakingDateOf(sleep), context, {
        ...value,
        recordId: recordIdOf(recovery.sleep_id),
        source: STRAP,
        zoneOffsetMinutes: sleep.timezone_offset,
        ...(recovery.updated_at === undefined ? {} : { revision: recovery.updated_at }),
      }),
    );
  };
  return readList(fieldOf(payload, 'records'), RecoveryPayload, map);
}

function valuesOf(recovery: RecoveryPayload): readonly DayValue[] {
  const score = scoreOf(recovery);
  return [
    ...measured('recovery_score', score?.recovery_score, '%'),
    ...measured('resting_heart_rate', unlessZero(score?.resting_heart_rate), '/min'),
    ...measured('hrv_rmssd', unlessZero(score?.hrv_rmssd_milli), 'ms'),
    ...measured('spo2', unlessZero(score?.spo2_percentage), '%'),
    ...measured('skin_temperature', unlessZero(score?.skin_temp_celsius), 'Cel'),
  ];
}
