import { DAY_MS, type EpochMs, localDateOf, parseLocalDate, utcMidnightOf } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import {
  type BlockRef,
  type BlockSummary,
  blockName,
  type StoredBlock,
  type UserScope,
} from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { B, bytesOf, type Item, N, numberOf, optionalNumberOf, S, stringOf } from './dynamo.ts';
import { blockKey, metricPartition, parseBlockName } from './samples-keys.ts';

/**
 * A block in the `samples` table. Short names, so that a day of heart rate stays under one write unit:
 * v version, q seq, n living samples, f first start, l last end (ms), d days, t further parts, p payload.
 * Only the payload is sealed; its place and version are the associated data, so that no older payload and
 * no payload of another block can be put in its place unseen.
 */
export const BLOCK_SUMMARY_ATTRIBUTES = 'sk, v, q, n, f, l, d, t';

export const toBlockItem = (
  scope: UserScope,
  block: StoredBlock,
  key: DataKey,
  randomness: Randomness,
): Item => ({
  ...blockKey(scope, block.ref),
  v: N(block.version),
  q: N(block.seq),
  n: N(block.count),
  ...(block.firstMs === undefined ? {} : { f: N(block.firstMs) }),
  ...(block.lastMs === undefined ? {} : { l: N(block.lastMs) }),
  d: S(encodeDaySeqs(block.daySeqs)),
  ...(block.parts.length === 0 ? {} : { t: S(block.parts.join(' ')) }),
  p: B(seal(block.payload, key, payloadAad(scope, block.ref, block.version), randomness)),
});

export const fromSummaryItem = (metric: string, item: Item): BlockSummary => ({
  ref: parseBlockName(metric, stringOf(item, 'sk')),
  version: numberOf(item, 'v'),
  seq: numberOf(item, 'q'),
  count: numberOf(item, 'n'),
  firstMs: optionalNumberOf(item, 'f') as EpochMs | undefined,
  lastMs: optionalNumberOf(item, 'l') as EpochMs | undefined,
  daySeqs: decodeDaySeqs(stringOf(item, 'd')),
  parts: item['t']?.S?.split(' ') ?? [],
});

/** Throws `UnsealError` when the payload is not the one that was sealed for this place and version. */
export function fromBlockItem(scope: UserScope, metric: string, item: Item, key: DataKey): StoredBlock {
  const summary = fromSummaryItem(metric, item);
  const aad = payloadAad(scope, summary.ref, summary.version);
  return { ...summary, payload: open(bytesOf(item, 'p'), key, aad) };
}

export const sealedBytesOf = (item: Item): number => bytesOf(item, 'p').length;

const payloadAad = (scope: UserScope, ref: BlockRef, version: number): string =>
  `${metricPartition(scope, ref.metric)}|${blockName(ref)}|${version}`;

/** `<day>:<seq>` pairs, day as days since 1970, both in base 36: seven characters a day instead of 20. */
function encodeDaySeqs(daySeqs: Readonly<Record<string, number>>): string {
  const pairs: string[] = [];
  for (const [date, seq] of Object.entries(daySeqs)) {
    const parsed = parseLocalDate(date);
    if (parsed === undefined) throw new Error(`a block names the day "${date}"`);
    pairs.push(`${(utcMidnightOf(parsed) / DAY_MS).toString(36)}:${seq.toString(36)}`);
  }
  return pairs.join(' ');
}

function decodeDaySeqs(text: string): Record<string, number> {
  const daySeqs: Record<string, number> = {};
  if (text === '') return daySeqs;
  for (const pair of text.split(' ')) {
    const [day = '', seq = ''] = pair.split(':');
    daySeqs[localDateOf((Number.parseInt(day, 36) * DAY_MS) as EpochMs, 0)] = Number.parseInt(seq, 36);
  }
  return daySeqs;
}
