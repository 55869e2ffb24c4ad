import type { Randomness } from '../../core/randomness.ts';
import type { DeviceClock } from '../schedule/timers.ts';
import type { HealthPart } from './health-part.ts';
import type { HealthSource } from './health-source.ts';
import type { HealthCounts, HealthStaging } from './health-staging.ts';
import type { ZoneOffsetAt } from './map-record.ts';
import { INDEX_WINDOW_MS, type LaneDeps, readChanges, readColdChunk, readHot } from './read-lanes.ts';
import { releaseParked, type SendBatch, sendBatches, type UploadReport } from './send-batches.ts';
import type { HealthPlatform } from './type-mapping.ts';

export interface HealthLaneOptions {
  readonly source: HealthSource;
  /** HEALTHKIT or HEALTH_CONNECT. */
  readonly platform: HealthPlatform;
  readonly staging: HealthStaging;
  readonly send: SendBatch;
  readonly clock: DeviceClock;
  readonly randomness: Randomness;
  /** `(ms) => -new Date(ms).getTimezoneOffset()`: for records that do not say what the wearer's clock showed. */
  readonly zoneOffsetAt?: ZoneOffsetAt;
}

export interface CollectReport {
  /** Records read per lane; undefined: the lane was not due, or has nothing left. */
  readonly change: number | undefined;
  readonly hot: number;
  readonly cold: number | undefined;
}

/** A sample that the server did not take, without its value. */
export interface HealthRefusal {
  readonly metric: string;
  readonly recordId: string;
  readonly startMs: number;
  readonly reason: string;
  readonly message: string;
}

export interface HealthLane {
  /** Stages what the platform has: changes when due, what is new, and one chunk of what is old. */
  collect(): Promise<CollectReport>;
  /** Sends what is staged. Asked while it sends, it answers with the run under way. */
  upload(): Promise<UploadReport>;
  status(): Promise<{
    readonly counts: HealthCounts;
    /** Requests that the server refused as a whole. */
    readonly parked: readonly { readonly requestId: string; readonly code: string }[];
  }>;
  /** CLI53: not sent again by themselves; an edit of the record is. */
  refusals(limit: number): Promise<readonly HealthRefusal[]>;
  /** After the app or the server was mended: parked requests are made anew. */
  retryParked(): Promise<void>;
}

/** The phone's health data on its way to the API. Nothing is lost between the two, and nothing counts twice. */
export function createHealthLane(options: HealthLaneOptions): HealthLane {
  const { staging, clock, platform, zoneOffsetAt } = options;
  const lanes: LaneDeps = {
    source: options.source,
    staging,
    clock,
    rules: { platform, zoneOffsetAt },
  };
  let collecting: Promise<CollectReport> | undefined;
  let uploading: Promise<UploadReport> | undefined;
  return {
    collect() {
      collecting ??= collect(lanes).finally(() => {
        collecting = undefined;
      });
      return collecting;
    },
    upload() {
      uploading ??= sendBatches(options).finally(() => {
        uploading = undefined;
      });
      return uploading;
    },
    status: () =>
      staging.transaction(async (tx) => ({
        counts: await tx.counts(),
        parked: (await tx.listBatches()).flatMap(({ requestId, parkedCode }) =>
          parkedCode === undefined ? [] : [{ requestId, code: parkedCode }],
        ),
      })),
    refusals: (limit) =>
      staging.transaction(async (tx) => toRefusals(await tx.listByState('refused', limit))),
    retryParked: () => staging.transaction(releaseParked),
  };
}

async function collect(lanes: LaneDeps): Promise<CollectReport> {
  // First, so that an edit made while the others read for the first time is met later.
  const change = await readChanges(lanes);
  const hot = await readHot(lanes);
  const cold = await readColdChunk(lanes);
  await lanes.staging.transaction((tx) => tx.removeSentBefore(lanes.clock.now() - INDEX_WINDOW_MS));
  return { change, hot, cold };
}

const toRefusals = (parts: readonly HealthPart[]): readonly HealthRefusal[] =>
  parts.flatMap(({ metric, recordId, startMs, refusal }) =>
    refusal === undefined ? [] : [{ metric, recordId, startMs, ...refusal }],
  );
