import { hlcMsOf } from '../merge/hlc.ts';
import type { Hlc } from '../merge/row.ts';
import type { StoredRow } from '../model.ts';
import type { SyncDeps } from '../sync-deps.ts';

/** Writes that name no device are one device's, so that a server of yours is in no conflict with itself. */
const SERVER_DEVICE = 'server';
const COUNTER_BYTES = 2;
const MS_DIGITS = 13;

/**
 * The clock of an edit that is made now: later than everything that the row was ever written with, since that
 * was there before the edit came, however far the clocks of devices or of our containers are apart. Its counter
 * is drawn: two writes with one clock would be one to a counter, whose second delta is a repeat.
 */
export function newHlc(
  { clock, randomness }: Pick<SyncDeps, 'clock' | 'randomness'>,
  device: string | undefined,
  before: StoredRow | undefined,
): Hlc {
  const ms = Math.max(clock.now(), latestMsOf(before) + 1);
  const counter = Buffer.from(randomness.bytes(COUNTER_BYTES)).toString('hex');
  return `${String(ms).padStart(MS_DIGITS, '0')}-${counter}-${device ?? SERVER_DEVICE}`;
}

function latestMsOf(row: StoredRow | undefined): number {
  if (row === undefined) return 0;
  const { stamps, elements } = row.state;
  const marks = [stamps, ...Object.values(elements)].flatMap((byName) => Object.values(byName));
  return marks.reduce((latest, { hlc }) => Math.max(latest, hlcMsOf(hlc)), 0);
}
