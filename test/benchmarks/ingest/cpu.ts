import { readFileSync } from 'node:fs';
import type { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { ingestSamples } from '../../../lib/samples/ingest-samples.ts';
import { parseIngestRequest, parseJson } from '../../../lib/samples/parse-request.ts';
import { prepareWork } from '../../../lib/samples/prepare-work.ts';
import { MemorySampleStore } from '../../support/memory-sample-store.ts';
import { type RealBatch, realBatches } from './real-batches.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z') as EpochMs;
/** Rounds over all batches; the first warms the compiler up and is not counted. */
const ROUND_COUNT = 4;

export interface CpuFigures {
  readonly mix: string;
  readonly sampleCount: number;
  /** Microseconds of CPU per sample, best round. */
  readonly parseUs: number;
  readonly doorUs: number;
  readonly wholeUs: number;
  readonly replayUs: number;
  readonly storedBytesPerSample: number;
}

/**
 * CPU of ingestion in this process, per sample, in batches of 500 real minutes: JSON.parse alone; parse,
 * envelope, hash and normalisation; the whole path to encoded blocks in memory; the whole path of a replay.
 */
export async function measureCpu(withRecordIds: boolean): Promise<CpuFigures> {
  const batches = realBatches(withRecordIds);
  const sampleCount = batches.reduce((sum, batch) => sum + batch.sampleCount, 0);
  const rounds = {
    parse: [] as number[],
    door: [] as number[],
    whole: [] as number[],
    replay: [] as number[],
  };
  let stores = new Map<string, MemorySampleStore>();
  for (let round = 0; round < ROUND_COUNT; round += 1) {
    stores = new Map();
    rounds.parse.push(await cpuUs(async () => batches.forEach(({ body }) => void parseJson(body))));
    rounds.door.push(await cpuUs(async () => batches.forEach(throughDoor)));
    rounds.whole.push(
      await cpuUs(async () => {
        for (const batch of batches) await ingest(stores, batch);
      }),
    );
    for (const store of stores.values()) store.ledgers.clear();
    rounds.replay.push(
      await cpuUs(async () => {
        for (const batch of batches) await ingest(stores, batch);
      }),
    );
  }
  const best = (values: readonly number[]): number => Math.min(...values.slice(1)) / sampleCount;
  const payloads = [...stores.values()].flatMap(({ blocks }) => [...blocks.values()]);
  return {
    mix: withRecordIds ? 'backfill, record ids' : 'backfill',
    sampleCount,
    parseUs: best(rounds.parse),
    doorUs: best(rounds.door),
    wholeUs: best(rounds.whole),
    replayUs: best(rounds.replay),
    storedBytesPerSample: payloads.reduce((sum, { payload }) => sum + payload.length, 0) / sampleCount,
  };
}

async function cpuUs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function throughDoor({ body }: RealBatch): void {
  prepareWork(parseIngestRequest(parseJson(body)), { nowMs: NOW_MS, timeZone: undefined });
}

async function ingest(stores: Map<string, MemorySampleStore>, { user, body }: RealBatch): Promise<void> {
  const store = stores.get(user) ?? new MemorySampleStore();
  stores.set(user, store);
  store.commits.length = 0;
  const outside = {
    store,
    reader: store,
    payloads: store,
    queue: store,
    meter: silentMeter,
    clock: { now: () => NOW_MS, sleep: async () => {} },
    randomness: { bytes: (count: number) => new Uint8Array(count) },
  };
  const scope = {
    workspaceId: 'ws_00000000000000000000000001' as WorkspaceId,
    userId: 'usr_00000000000000000000000001' as UserId,
  };
  await ingestSamples(outside, { scope, body, json: parseJson(body), correlationId: 'bench', nowMs: NOW_MS });
}

/** The table as Markdown. */
export function cpuTable(figures: readonly CpuFigures[]): string {
  const head = [
    '| CPU per sample, batch 500, in process | JSON.parse | + envelope, hash, normalise | whole path | above JSON.parse | replay | stored bytes |',
    '|---|---|---|---|---|---|---|',
  ];
  const us = (value: number): string => `${value.toFixed(2)} us`;
  const rows = figures.map(
    (each) =>
      `| ${each.mix}, ${each.sampleCount} samples | ${us(each.parseUs)} | ${us(each.doorUs)} | ${us(each.wholeUs)} | ${us(each.wholeUs - each.parseUs)} | ${us(each.replayUs)} | ${each.storedBytesPerSample.toFixed(2)} B |`,
  );
  return [...head, ...rows].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const model =
    /model name\s*:\s*(.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor';
  console.log(`${model}, Node ${process.version}`);
  console.log(cpuTable([await measureCpu(false), await measureCpu(true)]));
}
