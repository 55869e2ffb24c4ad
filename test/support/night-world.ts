import type { RecordChange } from '../../contracts/events/records-changed.v1.ts';
import { createNightStore } from '../../lib/adapters/dynamo/night-store.ts';
import { createRecordDays } from '../../lib/adapters/dynamo/record-days.ts';
import { createRecordStore } from '../../lib/adapters/dynamo/record-store.ts';
import { createWorkspaceStore } from '../../lib/adapters/dynamo/workspace-store.ts';
import { type EpochMs, parseLocalDate } from '../../lib/core/instants.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import { compareSources, orderOf, priorityVersions } from '../../lib/projections/priorities.ts';
import { freshnessOf } from '../../lib/projections/row-status.ts';
import type { SleepRecord } from '../../lib/providers/model.ts';
import { normaliseRecord, recordIdOf } from '../../lib/records/normalise-record.ts';
import { writeRecords } from '../../lib/records/write-records.ts';
import { decodeSamples } from '../../lib/samples/block-codec.ts';
import { ingestSamples } from '../../lib/samples/ingest-samples.ts';
import { sourceIdOf } from '../../lib/samples/sample-identity.ts';
import type { NightMessage } from '../../lib/sleep/coalesce-nights.ts';
import type { NightDeps } from '../../lib/sleep/night-deps.ts';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';
import { memoryPayloads } from './memory-payloads.ts';

export type NightWorld = Awaited<ReturnType<typeof openNightWorld>>;

export const NIGHT_RULES = { compareSources, orderOf, priorityVersions, freshnessOf, sourceIdOf };

const CONTEXT = { origin: 'live', correlationId: 'c' } as const;

/** One user with the shipped stores on the simulated database, and the shipped doors of samples and records. */
export async function openNightWorld() {
  const { dynamo, tables } = await openSimulatedStorage();
  const clock = manualClock();
  const stores = createStores({ dynamo, tables }, clock);
  const scope = await stores.createUser();
  const randomness = seededRandomness(5);
  const common = { dynamo, coreTable: tables.core, dataKeys: stores.vault, clock, randomness };
  const records = createRecordStore(common);
  const deps: NightDeps = {
    blocks: stores.blocks,
    records,
    recordDays: createRecordDays(dynamo, tables.core),
    heads: stores.headStore,
    workspaces: createWorkspaceStore(dynamo, tables.core),
    nights: createNightStore(common),
    decode: decodeSamples,
    rules: NIGHT_RULES,
    clock,
  };
  const writing = { store: records, heads: stores.headStore, clock, randomness };
  const putRecords = async (provider: string, given: readonly SleepRecord[]) => {
    const ops = given.map((record) => {
      const normal = normaliseRecord(record, { provider, nowMs: clock.now(), timeZone: undefined });
      if (!normal.ok) throw new Error(`refused: ${normal.failure}`);
      return { kind: 'put' as const, record: normal.value };
    });
    return (await writeRecords(writing, scope, ops, CONTEXT)).map(({ outcome }) => outcome);
  };
  const deleteRecord = (provider: string, externalId: string) => {
    const recordId = recordIdOf(provider, 'sleep', externalId);
    return writeRecords(writing, scope, [{ kind: 'delete', of: 'sleep', recordId }], CONTEXT);
  };
  const ingest = async (body: {
    readonly requestId: string;
    readonly sources: Readonly<Record<string, unknown>>;
    readonly samples: readonly unknown[];
    readonly deletions?: readonly unknown[];
  }) => {
    const sent = Buffer.from(JSON.stringify(body));
    const parts = { store: stores.samples, reader: stores.blocks, payloads: memoryPayloads(), randomness };
    const queue = { send: async () => undefined };
    const answer = await ingestSamples(
      { ...parts, queue, clock, meter: silentMeter },
      { scope, body: sent, json: JSON.parse(sent.toString()), correlationId: 'c', nowMs: clock.now() },
    );
    return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
  };
  const messages = async (sinceSeq = 0): Promise<readonly NightMessage[]> =>
    (await stores.headStore.loadAfter(scope, sinceSeq, 1_000)).flatMap((entry): readonly NightMessage[] => {
      const { seq, committedAtMs, correlationId } = entry;
      const envelope = { id: `event-${seq}`, ...scope, seq, committedAtMs, correlationId };
      const messageId = `message-${seq}`;
      if (entry.kind === 'samples') {
        const { requestId, origin } = entry;
        const changes = entry.changes.map((change) => ({ ...change }));
        const detail = { ...envelope, requestId, origin, part: { index: 0, count: 1 }, changes };
        return [{ messageId, event: { type: 'samples.changed.v1', detail } }];
      }
      if (entry.kind !== 'records') return [];
      const changes: RecordChange[] = entry.changes.map((change) => ({
        ...change,
        dates: [...change.dates],
      }));
      return [
        {
          messageId,
          event: { type: 'records.changed.v1', detail: { ...envelope, origin: entry.origin, changes } },
        },
      ];
    });
  return { scope, deps, stores, clock, dynamo, tables, records, putRecords, deleteRecord, ingest, messages };
}

/** `2026-11-20T23:00` on a clock so many minutes east of UTC. */
export const at = (wall: string, offsetMinutes = 0): number =>
  Date.parse(`${wall}Z`) - offsetMinutes * 60_000;
export const iso = (ms: number): string => new Date(ms as EpochMs).toISOString();

export const dateOf = (text: string) => {
  const date = parseLocalDate(text);
  if (date === undefined) throw new Error(`no date: ${text}`);
  return date;
};

/** A session with totals alone, one to be changed. */
export const session = (
  parts: Partial<SleepRecord> & { readonly start: string; readonly end: string },
): SleepRecord => ({
  kind: 'sleep',
  externalId: `${parts.start}`,
  source: {},
  zoneOffsetMinutes: 0,
  isNap: false,
  isFinal: true,
  stages: [],
  totals: {},
  values: [],
  ...parts,
});
