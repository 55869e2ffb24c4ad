import { createHash } from 'node:crypto';
import type { InputFingerprint } from '../projections/model.ts';
import { type BlockSummary, blockName } from '../samples/model.ts';
import type { InputRange } from './session-window.ts';

export interface ImpactInputs {
  readonly range: InputRange;
  /** Any blocks of the metric; those outside of the range are left out here. */
  readonly blocks: readonly Pick<BlockSummary, 'ref' | 'daySeqs'>[];
  readonly sessionVersion: number;
  readonly priorities: { readonly user: number; readonly workspace: number };
}

/** Whether the block can hold a sample that the windows look at. */
export const isInRange = (range: InputRange, bucket: string): boolean =>
  bucket >= range.fromBucket && bucket <= range.toBucket;

/**
 * What the figures of a session are made from: for each block and date in reach the number of the last change
 * there, the session's version, and the numbers of the last priority changes. Undefined when no block mentions
 * a date in reach: there is nothing to compute. None of the numbers ever falls (PRJ2); which of them there are
 * depends on the session's times alone, so that its version goes before their sum: a session that is corrected to
 * a shorter one reaches fewer blocks, and sums up to less.
 */
export function impactFingerprint(inputs: ImpactInputs): InputFingerprint | undefined {
  const { range, priorities, sessionVersion } = inputs;
  const lines: string[] = [];
  let sum = priorities.user + priorities.workspace;
  let newest = priorities.user;
  for (const { ref, daySeqs } of inputs.blocks) {
    if (!isInRange(range, ref.bucket)) continue;
    for (const [date, seq] of Object.entries(daySeqs)) {
      if (date < range.firstDate || date > range.lastDate) continue;
      lines.push(`${blockName(ref)}@${date}=${seq}`);
      sum += seq;
      newest = Math.max(newest, seq);
    }
  }
  if (lines.length === 0) return undefined;
  const rest = [`session=${sessionVersion}`, `user=${priorities.user}`, `workspace=${priorities.workspace}`];
  const digest = createHash('sha256').update([...lines.sort(), ...rest].join('\n'));
  return { digest: digest.digest('hex').slice(0, 24), version: sessionVersion, sum, sourceSeq: newest };
}
