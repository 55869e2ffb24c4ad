import { createHash } from 'node:crypto';
import type { LocalDate } from '../core/instants.ts';
import { type BlockSummary, blockName } from '../samples/model.ts';
import type { InputFingerprint } from './model.ts';

export interface FingerprintInputs {
  /** Any blocks of the metric; those that do not mention the date are left out here. */
  readonly blocks: readonly Pick<BlockSummary, 'ref' | 'daySeqs'>[];
  readonly priorities: { readonly user: number; readonly workspace: number };
}

/**
 * What the figures of a date are made from: for each block that mentions the date the number of the last
 * change there, and the numbers of the last priority changes. Undefined when no block mentions the date:
 * there is nothing to compute. Equal digests mean equal figures; of two readings the greater sum is the
 * newer, because none of the numbers ever falls (PRJ2, PRJ3).
 */
export function fingerprintOf(date: LocalDate, inputs: FingerprintInputs): InputFingerprint | undefined {
  const lines: string[] = [];
  let blockSum = 0;
  let newest = 0;
  for (const block of inputs.blocks) {
    const daySeq = block.daySeqs[date];
    if (daySeq === undefined) continue;
    lines.push(`${blockName(block.ref)}=${daySeq}`);
    blockSum += daySeq;
    newest = Math.max(newest, daySeq);
  }
  if (lines.length === 0) return undefined;
  const { user, workspace } = inputs.priorities;
  const text = [...lines.sort(), `user=${user}`, `workspace=${workspace}`].join('\n');
  return {
    digest: createHash('sha256').update(text).digest('hex').slice(0, 24),
    sum: blockSum + user + workspace,
    sourceSeq: Math.max(newest, user),
  };
}
