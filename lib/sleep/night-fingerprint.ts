import { createHash } from 'node:crypto';
import { addDays, type LocalDate } from '../core/instants.ts';
import type { InputFingerprint } from '../projections/model.ts';
import { type BlockSummary, blockName } from '../samples/model.ts';
import { INPUT_DAYS_AFTER, INPUT_DAYS_BEFORE } from './limits.ts';

export interface NightFingerprintInputs {
  /** Blocks of `sleep_stage`; what they say of other dates is left out here. */
  readonly blocks: readonly Pick<BlockSummary, 'ref' | 'daySeqs'>[];
  /** Of dates with sleep records the number of the last change. */
  readonly recordDays: ReadonlyMap<LocalDate, number>;
  /** Numbers of the last changes to the orders of `sleep_session`. */
  readonly priorities: { readonly user: number; readonly workspace: number };
}

/** The local dates whose samples and records a night is made of. */
export function inputDatesOf(night: LocalDate): readonly LocalDate[] {
  const dates: LocalDate[] = [];
  for (let days = -INPUT_DAYS_BEFORE; days <= INPUT_DAYS_AFTER; days += 1) dates.push(addDays(night, days));
  return dates;
}

/** The nights that a change to a date's samples or records touches. */
export function nightsOfDate(date: LocalDate): readonly LocalDate[] {
  const nights: LocalDate[] = [];
  for (let days = -INPUT_DAYS_AFTER; days <= INPUT_DAYS_BEFORE; days += 1) nights.push(addDays(date, days));
  return nights;
}

/**
 * What a night is made from: for each of its dates the number of the last change in each block and to the
 * records, and the numbers of the last priority changes. Undefined when nothing was ever told of these dates.
 * Equal digests mean equal nights; of two the greater sum is the newer, because no number ever falls (PRJ2).
 */
export function nightFingerprint(
  night: LocalDate,
  { blocks, recordDays, priorities }: NightFingerprintInputs,
): InputFingerprint | undefined {
  const lines: string[] = [];
  let sum = 0;
  let newest = 0;
  const add = (name: string, seq: number | undefined): void => {
    if (seq === undefined) return;
    lines.push(`${name}=${seq}`);
    sum += seq;
    newest = Math.max(newest, seq);
  };
  for (const date of inputDatesOf(night)) {
    for (const block of blocks) add(`${blockName(block.ref)}@${date}`, block.daySeqs[date]);
    add(`records@${date}`, recordDays.get(date));
  }
  if (lines.length === 0) return undefined;
  const { user, workspace } = priorities;
  const text = [...lines.sort(), `user=${user}`, `workspace=${workspace}`].join('\n');
  return {
    digest: createHash('sha256').update(text).digest('hex').slice(0, 24),
    sum: sum + user + workspace,
    sourceSeq: Math.max(newest, user),
  };
}
