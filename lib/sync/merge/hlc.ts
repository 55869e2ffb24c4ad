import { HLC, MAX_CLOCK_LEAD_MS } from '../../../contracts/sync/protocol.ts';
import type { Hlc } from './row.ts';

const MS_DIGITS = 13;
const DEVICE_START = 19;
const MAX_COUNTER = 0xffff;

export const isHlc = (text: string): boolean => HLC.test(text);

export const hlcMsOf = (hlc: Hlc): number => Number(hlc.slice(0, MS_DIGITS));

export const hlcDeviceOf = (hlc: Hlc): string => hlc.slice(DEVICE_START);

/** Negative: `left` is earlier. Of one instant and counter the device ids decide, so that no two are equal. */
export function compareHlc(left: Hlc, right: Hlc): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

export const laterHlc = (left: Hlc, right: Hlc | undefined): Hlc =>
  right === undefined || left > right ? left : right;

function makeHlc(ms: number, counter: number, deviceId: string): Hlc {
  if (counter > MAX_COUNTER) return makeHlc(ms + 1, 0, deviceId);
  return `${String(ms).padStart(MS_DIGITS, '0')}-${counter.toString(16).padStart(4, '0')}-${deviceId}`;
}

const counterOf = (hlc: Hlc): number => Number.parseInt(hlc.slice(MS_DIGITS + 1, DEVICE_START - 1), 16);

/**
 * The clock of a device's next write: greater than `last`, which is the latest it knows, its own or another's,
 * also where its wall clock stands still or goes back.
 */
export function tickHlc(last: Hlc | undefined, nowMs: number, deviceId: string): Hlc {
  if (last === undefined || nowMs > hlcMsOf(last)) return makeHlc(nowMs, 0, deviceId);
  return makeHlc(hlcMsOf(last), counterOf(last) + 1, deviceId);
}

/** A clock further ahead of `nowMs` than MAX_CLOCK_LEAD_MS is taken as `nowMs`, with its counter and device. */
export function clampHlc(hlc: Hlc, nowMs: number): Hlc {
  if (hlcMsOf(hlc) <= nowMs + MAX_CLOCK_LEAD_MS) return hlc;
  return makeHlc(nowMs, counterOf(hlc), hlcDeviceOf(hlc));
}

/**
 * The clock of a write that knew `other`: `hlc` where it is later, else the successor of `other` with the
 * device of `hlc`. A slow wall clock so never makes a write earlier than what it overwrote.
 */
export function afterHlc(hlc: Hlc, other: Hlc | undefined): Hlc {
  if (other === undefined || hlc > other) return hlc;
  return makeHlc(hlcMsOf(other), counterOf(other) + 1, hlcDeviceOf(hlc));
}

/**
 * The clocks of one request as they count, by the clocks that were sent: `clampHlc`, but what a device wrote
 * later stays later. Else all that it wrote with a clock far ahead would have one clock, and two deltas of a
 * counter would be one.
 */
export function boundClocks(sent: Iterable<Hlc>, nowMs: number): ReadonlyMap<Hlc, Hlc> {
  const bounded = new Map<Hlc, Hlc>();
  const last = new Map<string, Hlc>();
  for (const hlc of [...new Set(sent)].sort(compareHlc)) {
    const device = hlcDeviceOf(hlc);
    const counted = afterHlc(clampHlc(hlc, nowMs), last.get(device));
    last.set(device, counted);
    bounded.set(hlc, counted);
  }
  return bounded;
}
