import type { SqlValue } from './sql-database.ts';

/** What the drivers of phones bind: no bigint. */
export type PhoneSqlValue = string | number | null | Uint8Array;

/** Rejects an integer that a number cannot hold, which would be stored as another one. */
export function toPhoneValues(parameters: readonly SqlValue[]): PhoneSqlValue[] {
  return parameters.map((value) => {
    if (typeof value !== 'bigint') return value;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError('an integer beyond 2^53 cannot be bound');
    return number;
  });
}
