import { type EpochMs, SECOND_MS } from '../core/instants.ts';
import type { QuotaReading } from './definition.ts';

/** The whole numbers of a header, in order: `200, 2000` and `100, 100;window=60` give those before any `;`. */
export function headerNumbers(text: string | undefined): readonly number[] {
  if (text === undefined) return [];
  return text
    .slice(0, 200)
    .split(',')
    .map((part) => part.split(';')[0]?.trim() ?? '')
    .filter((part) => /^\d{1,12}$/.test(part))
    .map(Number);
}

/** From `used` or `remaining`, and seconds to the reset or the end of a fixed window (multiples of `windowMs`). */
export function quotaReading(
  reading: {
    readonly windowMs: number;
    readonly limit: number | undefined;
    readonly used?: number | undefined;
    readonly remaining?: number | undefined;
    readonly resetAfterSec?: number | undefined;
  },
  nowMs: EpochMs,
): readonly QuotaReading[] {
  const { windowMs, limit, used, remaining, resetAfterSec } = reading;
  const usedCount = used ?? (limit === undefined || remaining === undefined ? undefined : limit - remaining);
  if (limit === undefined || usedCount === undefined) return [];
  const resetAtMs =
    resetAfterSec === undefined
      ? windowEndMs(nowMs, windowMs)
      : ((nowMs + resetAfterSec * SECOND_MS) as EpochMs);
  return [{ windowMs, limit, used: Math.max(0, usedCount), resetAtMs }];
}

/** The end of the fixed window that `nowMs` lies in. */
export const windowEndMs = (nowMs: EpochMs, windowMs: number): EpochMs =>
  ((Math.floor(nowMs / windowMs) + 1) * windowMs) as EpochMs;
