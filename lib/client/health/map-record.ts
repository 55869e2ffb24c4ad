import { sha256 } from '@noble/hashes/sha2.js';
import { canonicalJson } from '../../core/canonical-json.ts';
import { type EpochMs, toIso } from '../../core/instants.ts';
import type { Schemas } from '../api/operations.ts';
import type { HealthPart, PartBody } from './health-part.ts';
import type { NativeOrigin, NativeReading, NativeRecord } from './health-source.ts';
import type { FieldMapping, HealthPlatform, SleepStage } from './type-mapping.ts';

/** Names of apps and devices, and record ids, as long as the API takes them. */
const MAX_NAME_CHARS = 128;
const MAX_RECORD_ID_CHARS = 512;
const encoder = new TextEncoder();

/** The clock of the wearer, where a record does not say: minutes east of UTC of the phone at that instant. */
export type ZoneOffsetAt = (atMs: number) => number;

/**
 * CLI54: the samples of a record, by the mapping table of its platform; pure. Readings that no table names, whose
 * number is none, and stages that say "unknown" come to nothing. Readings with a start of their own (series, stages)
 * get a record id of their own, made of it, so that an edit of one leaves the others alone.
 */
export function partsOf(
  record: NativeRecord,
  platform: HealthPlatform,
  zoneOffsetAt: ZoneOffsetAt | undefined,
): readonly HealthPart[] {
  const fields = platform.types[record.type];
  if (fields === undefined || record.id === '' || record.id.length > MAX_RECORD_ID_CHARS - 20) return [];
  const source = sourceOf(record.origin, platform);
  const parts = new Map<string, HealthPart>();
  for (const reading of record.readings) {
    const mapping = fields[reading.field];
    const value = mapping === undefined ? undefined : measureOf(reading, mapping);
    if (mapping === undefined || value === undefined) continue;
    const startMs = reading.startMs ?? record.startMs;
    const wireRecordId = reading.startMs === undefined ? record.id : `${record.id}@${startMs}`;
    const sample = {
      metric: mapping.metric,
      ...value,
      ...timesOf(record, reading, zoneOffsetAt),
      recordId: wireRecordId,
      ...(record.revision === undefined ? {} : { revision: record.revision }),
    };
    const identity = { metric: mapping.metric, source, startMs, wireRecordId };
    const key = keyOf(identity);
    const { id: recordId, revision } = record;
    parts.set(key, newPart({ ...identity, key, recordId, revision }, { kind: 'sample', sample }));
  }
  return [...parts.values()];
}

/** A part as it is staged: to be sent, with the hash of its content. */
export function newPart(
  identity: Pick<
    HealthPart,
    'key' | 'recordId' | 'wireRecordId' | 'metric' | 'source' | 'startMs' | 'revision'
  >,
  body: PartBody,
): HealthPart {
  const contentHash = hexOf(sha256(encoder.encode(canonicalJson(body)))).slice(0, 32);
  return { ...identity, state: 'pending', contentHash, body, requestId: undefined, refusal: undefined };
}

export const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const keyOf = (identity: {
  readonly metric: string;
  readonly source: Schemas['Source'] | undefined;
  readonly wireRecordId: string;
  readonly startMs: number;
}): string =>
  canonicalJson([identity.metric, identity.source ?? null, identity.wireRecordId, identity.startMs]);

function measureOf(
  reading: NativeReading,
  mapping: FieldMapping,
): { readonly value: number; readonly unit: string } | { readonly category: SleepStage } | undefined {
  if (!Number.isFinite(reading.value)) return undefined;
  if ('unit' in mapping) return { value: reading.value, unit: mapping.unit };
  const category = mapping.categories[reading.value];
  return category === undefined ? undefined : { category };
}

function timesOf(record: NativeRecord, reading: NativeReading, zoneOffsetAt: ZoneOffsetAt | undefined) {
  const startMs = reading.startMs ?? record.startMs;
  // A reading of a series that has a start and no end is an instant, whatever the record lasts.
  const endMs = reading.endMs ?? (reading.startMs === undefined ? record.endMs : undefined);
  const zoneOffsetMinutes = record.zoneOffsetMinutes ?? zoneOffsetAt?.(startMs);
  return {
    start: toIso(startMs as EpochMs),
    ...(endMs === undefined || endMs === startMs ? {} : { end: toIso(endMs as EpochMs) }),
    ...(zoneOffsetMinutes === undefined ? {} : { zoneOffsetMinutes }),
  };
}

function sourceOf(origin: NativeOrigin, platform: HealthPlatform): Schemas['Source'] {
  const cut = (text: string | undefined) => (text ? text.slice(0, MAX_NAME_CHARS) : undefined);
  const device = defined({
    manufacturer: cut(origin.device?.manufacturer),
    model: cut(origin.device?.model),
    type: origin.device?.type,
  });
  return {
    provider: platform.provider,
    ...(Object.keys(device).length === 0 ? {} : { device }),
    ...defined({ app: cut(origin.app) }),
  };
}

const defined = <Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
  };
