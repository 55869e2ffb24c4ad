import type { UserId, WorkspaceId } from '../../contracts/primitives/ids.ts';
import { PROBLEMS } from '../../contracts/problems/catalog.ts';
import { HEALTH_CONNECT } from '../../lib/client/health/health-connect-types.ts';
import { createHealthLane, type HealthLaneOptions } from '../../lib/client/health/health-lane.ts';
import type { HealthSource, NativeDeletion, NativeRecord } from '../../lib/client/health/health-source.ts';
import { createMemoryHealthStaging } from '../../lib/client/health/memory-staging.ts';
import type { UploadAnswer } from '../../lib/client/health/read-upload-answer.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import { AppError } from '../../lib/problems/app-error.ts';
import { decodeSamples } from '../../lib/samples/block-codec.ts';
import { ingestSamples } from '../../lib/samples/ingest-samples.ts';
import { FakeTime } from './fake-time.ts';
import { MemorySampleStore } from './memory-sample-store.ts';

export const HEALTH_NOW_MS = Date.parse('2026-11-21T12:00:00Z');

/** The health store of a phone: records, a log of changes, and pages of a few. */
export class FakePhone implements HealthSource {
  readonly records = new Map<string, NativeRecord>();
  readonly #log: (NativeRecord | NativeDeletion)[] = [];
  pageSize = 3;
  expiredOnce = false;
  readonly reads: string[] = [];
  fault: () => void = () => undefined;

  put(record: NativeRecord): void {
    this.records.set(record.id, record);
    this.#log.push(record);
  }

  remove(id: string): void {
    const record = this.records.get(id);
    if (record === undefined) return;
    this.records.delete(id);
    this.#log.push({ id, type: record.type });
  }

  async read(query: { readonly fromMs: number; readonly toMs: number; readonly page?: string }) {
    this.fault();
    this.reads.push(
      `${(HEALTH_NOW_MS - query.fromMs) / 86_400_000}-${(HEALTH_NOW_MS - query.toMs) / 86_400_000}`,
    );
    const inside = [...this.records.values()].filter(
      ({ startMs }) => startMs >= query.fromMs && startMs < query.toMs,
    );
    const start = Number(query.page ?? 0);
    const nextPage = start + this.pageSize < inside.length ? { nextPage: `${start + this.pageSize}` } : {};
    return { records: inside.slice(start, start + this.pageSize), ...nextPage };
  }

  async changes(anchor: string | undefined) {
    this.fault();
    if (anchor === undefined || this.expiredOnce) {
      const expired = this.expiredOnce ? { expired: true } : {};
      this.expiredOnce = false;
      return { changed: [], deleted: [], anchor: `${this.#log.length}`, hasMore: false, ...expired };
    }
    const end = Math.min(Number(anchor) + this.pageSize, this.#log.length);
    const page = this.#log.slice(Number(anchor), end);
    return {
      changed: page.flatMap((entry) => ('readings' in entry ? [this.records.get(entry.id) ?? entry] : [])),
      deleted: page.flatMap((entry) => ('readings' in entry || this.records.has(entry.id) ? [] : [entry])),
      anchor: `${end}`,
      hasMore: end < this.#log.length,
    };
  }
}

/** The real ingestion behind the door's translation of errors, over the store in memory. */
export function healthServer(time: FakeTime) {
  const store = new MemorySampleStore();
  const bodies: string[] = [];
  const answer = async (body: string): Promise<UploadAnswer> => {
    bodies.push(body);
    try {
      const { status, body: text } = await ingestSamples(
        {
          store,
          reader: store,
          payloads: store,
          queue: store,
          meter: silentMeter,
          clock: { now: () => time.clock.now() as EpochMs, sleep: async () => undefined },
          randomness: { bytes: (count: number) => new Uint8Array(count).fill(128) },
        },
        {
          scope: {
            workspaceId: 'ws_00000000000000000000000001' as WorkspaceId,
            userId: 'usr_00000000000000000000000001' as UserId,
          },
          body: Buffer.from(body),
          json: JSON.parse(body) as unknown,
          correlationId: 'c',
          nowMs: time.clock.now() as EpochMs,
        },
      );
      return { status, headers: {}, body: text };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return {
        status: PROBLEMS[error.code].status,
        headers: {},
        body: JSON.stringify({ code: error.code }),
      };
    }
  };
  /** `metric recordId start value` of all that lives, sorted. */
  const living = () =>
    [...store.blocks.entries()]
      .flatMap(([name, { payload }]) =>
        decodeSamples(payload)
          .filter(({ deletedAtMs }) => deletedAtMs === undefined)
          .map(({ startMs, value }) => `${name.split('/')[0]} ${startMs} ${value}`),
      )
      .sort();
  return { store, bodies, answer, living };
}

export function healthWorld(more: Partial<HealthLaneOptions> = {}) {
  const time = new FakeTime(HEALTH_NOW_MS);
  const phone = new FakePhone();
  const server = healthServer(time);
  let drawn = 0;
  const options: HealthLaneOptions = {
    source: phone,
    platform: HEALTH_CONNECT,
    staging: createMemoryHealthStaging(),
    send: server.answer,
    clock: time.clock,
    randomness: {
      bytes: (count) => {
        drawn += 1;
        return new Uint8Array(count).map((_byte, index) => (drawn * 31 + index) % 256);
      },
    },
    zoneOffsetAt: () => 60,
    ...more,
  };
  return { time, phone, server, options, lane: createHealthLane(options) };
}

export const weightRecord = (
  id: string,
  daysAgo: number,
  kilograms: number,
  more: Partial<NativeRecord> = {},
): NativeRecord => ({
  type: 'WeightRecord',
  id,
  startMs: HEALTH_NOW_MS - daysAgo * 86_400_000,
  origin: { app: 'com.example.scale' },
  revision: 1,
  readings: [{ field: 'weight', value: kilograms }],
  ...more,
});
