import { sha256 } from '@noble/hashes/sha2.js';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { Schemas } from '../api/operations.ts';
import type { HealthBatch, HealthPart } from './health-part.ts';
import { hexOf } from './map-record.ts';

/** MAX_INLINE_ITEM_COUNT and MAX_SOURCE_COUNT of contracts/limits.ts: such a request is answered at once. */
export const MAX_BATCH_ITEM_COUNT = 500;
export const MAX_BATCH_SOURCE_COUNT = 50;

const encoder = new TextEncoder();

/**
 * CLI50: the request for as many of these parts, in their order, as one takes; pure. Its body is a text, and the
 * hash is over the canonical JSON of {sources, samples, deletions} as the API has it.
 */
export function fillBatch(requestId: string, parts: readonly HealthPart[]): HealthBatch {
  const names = new Map<string, string>();
  const sources: Record<string, Schemas['Source']> = {};
  const nameOf = (source: Schemas['Source']): string => {
    const text = canonicalJson(source);
    const name = names.get(text) ?? `s${names.size}`;
    names.set(text, name);
    sources[name] = source;
    return name;
  };
  const samples: { readonly key: string; readonly item: object }[] = [];
  const deletions: { readonly key: string; readonly item: object }[] = [];
  for (const part of parts.slice(0, MAX_BATCH_ITEM_COUNT)) {
    if (part.body === undefined) continue;
    if (names.size === MAX_BATCH_SOURCE_COUNT && part.source && !names.has(canonicalJson(part.source))) break;
    const named = part.source === undefined ? {} : { source: nameOf(part.source) };
    if (part.body.kind === 'sample') samples.push({ key: part.key, item: { ...named, ...part.body.sample } });
    else deletions.push({ key: part.key, item: { ...named, ...part.body.deletion } });
  }
  const payload = {
    sources,
    samples: samples.map(({ item }) => item),
    deletions: deletions.map(({ item }) => item),
  };
  const payloadHash = hexOf(sha256(encoder.encode(canonicalJson(payload))));
  return {
    requestId,
    payloadHash,
    body: JSON.stringify({ requestId, payloadHash, ...payload }),
    keys: [...samples, ...deletions].map(({ key }) => key),
    attemptCount: 0,
    attemptedAtMs: 0,
    notBeforeMs: 0,
    parkedCode: undefined,
  };
}
