import type { Prng } from '../engine/prng.ts';
import type { ModelBatch, ModelDeletion, ModelSample } from '../oracle/merge-model.ts';
import { identityOf } from '../oracle/merge-model.ts';

/** Sources in their default order of priority (read-models.md 2). */
export const SOURCES = {
  watch: { provider: 'apple_health', device: { type: 'watch', model: 'Series' } },
  phone: { provider: 'apple_health', device: { type: 'phone' } },
  garmin: { provider: 'garmin', device: { type: 'watch' } },
} as const;
export const SOURCE_NAMES = Object.keys(SOURCES) as readonly (keyof typeof SOURCES)[];

export const METRIC_KINDS = { steps: 'sum', heart_rate: 'point' } as const;
export type MetricName = keyof typeof METRIC_KINDS;
export const METRIC_NAMES = Object.keys(METRIC_KINDS) as readonly MetricName[];

export const FIRST_DATE = '2026-03-13';
export const LAST_DATE = '2026-03-16';
/** An hour before a UTC midnight; the samples lie in the few hours around it. */
const BASE_MS = Date.parse('2026-03-14T23:00:00Z');
export const START_OF_TIME_MS = Date.parse('2026-03-17T12:00:00Z');
const MINUTE_MS = 60_000;

/** One request of a device: what is sent, and what it means to the model. */
export interface DeviceRequest {
  readonly kind: 'ingest';
  readonly requestId: string;
  readonly batch: ModelBatch;
  readonly body: string;
}

export interface PriorityRequest {
  readonly kind: 'priorities';
  readonly order: readonly string[];
  readonly body: string;
}

/**
 * A request over few identities, so that retries, revisions, corrections, deletions and overlaps of several
 * devices meet: eight starts around midnight, three sources, four record ids.
 */
export function drawRequest(prng: Prng, requestId: string): DeviceRequest {
  const isLarge = prng.chance(0.03);
  const samples: (ModelSample | 'broken')[] = [];
  const identitiesByRecord = new Map<string, number>();
  const wanted = isLarge ? 501 : 1 + prng.below(prng.chance(0.2) ? 12 : 3);
  for (let index = 0; index < wanted; index += 1) {
    const sample = isLarge ? largeSample(prng, index) : drawSample(prng);
    if (sample.recordId === undefined || isFirstStart(identitiesByRecord, sample)) samples.push(sample);
  }
  if (prng.chance(0.05)) samples.splice(prng.below(samples.length + 1), 0, 'broken');
  const deletions = prng.chance(0.3) ? [drawDeletion(prng)] : [];
  const batch = { samples, deletions: deletions.filter((one) => isFirstStart(identitiesByRecord, one)) };
  return { kind: 'ingest', requestId, batch, body: JSON.stringify(toBody(prng, requestId, batch)) };
}

/** One record id stands at one start within a request: which of two would win is not the model's business. */
function isFirstStart(starts: Map<string, number>, sample: ModelDeletion): boolean {
  if (sample.recordId === undefined) return true;
  const known = starts.get(identityOf(sample)) ?? sample.startMs;
  starts.set(identityOf(sample), known);
  return known === sample.startMs;
}

function drawSample(prng: Prng): ModelSample {
  const metric = prng.pick(METRIC_NAMES);
  const startMs = BASE_MS + prng.below(8) * 15 * MINUTE_MS;
  const durationMs = metric === 'steps' ? prng.pick([5, 15, 30, 60]) * MINUTE_MS : 0;
  return {
    source: prng.pick(SOURCE_NAMES),
    metric,
    startMs,
    endMs: startMs + durationMs,
    value: metric === 'steps' ? 10 * prng.below(12) : 60 + prng.below(8),
    offsetMinutes: prng.pick([0, 0, 60, -60, 330]),
    recordId: prng.chance(0.3) ? `record-${prng.below(4)}` : undefined,
    revision: prng.chance(0.4) ? 1 + prng.below(4) : undefined,
  };
}

/** Minutes of one source that no small request names. */
function largeSample(prng: Prng, index: number): ModelSample {
  const startMs = Date.parse('2026-03-14T00:00:00Z') + index * MINUTE_MS;
  const value = 60 + prng.below(40);
  const plain = { offsetMinutes: 0, recordId: undefined, revision: undefined };
  return { source: 'garmin', metric: 'heart_rate', startMs, endMs: startMs, value, ...plain };
}

function drawDeletion(prng: Prng): ModelDeletion {
  const { value: _value, offsetMinutes: _offset, ...deletion } = drawSample(prng);
  return deletion;
}

function toBody(prng: Prng, requestId: string, batch: ModelBatch): object {
  return {
    requestId,
    origin: prng.pick(['live', 'backfill']),
    sources: SOURCES,
    samples: batch.samples.map((sample) =>
      sample === 'broken'
        ? { source: 'watch', metric: 'no_such_metric', start: toIso(BASE_MS), value: 1, unit: 'x' }
        : {
            ...toIdentity(sample),
            value: sample.value,
            unit: sample.metric === 'steps' ? 'count' : 'bpm',
            zoneOffsetMinutes: sample.offsetMinutes,
          },
    ),
    ...(batch.deletions.length === 0 ? {} : { deletions: batch.deletions.map(toIdentity) }),
  };
}

const toIso = (instantMs: number): string => new Date(instantMs).toISOString();

const toIdentity = ({ source, metric, startMs, endMs, recordId, revision }: ModelDeletion) => ({
  source,
  metric,
  start: toIso(startMs),
  ...(endMs === startMs ? {} : { end: toIso(endMs) }),
  ...(recordId === undefined ? {} : { recordId }),
  ...(revision === undefined ? {} : { revision }),
});

/** Orders by provider, as a user sets them. */
export function drawPriorities(prng: Prng): PriorityRequest {
  const providers = prng.pick([['garmin'], ['apple_health', 'garmin'], ['garmin', 'apple_health']]);
  const isFirst = providers[0] === 'garmin';
  const order = isFirst ? ['garmin', 'watch', 'phone'] : [...SOURCE_NAMES];
  return { kind: 'priorities', order, body: JSON.stringify({ orders: { '*': providers } }) };
}
