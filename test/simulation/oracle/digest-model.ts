import { createHash } from 'node:crypto';

/** JSON with the keys of objects in their order, as RFC 8785 has it for what rows hold. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`);
  return `{${members.join(',')}}`;
}

export interface DigestRow {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly deleted: boolean;
  readonly data: unknown;
}

/** Per type the count of living rows and the sum of their hashes, recomputed from all rows. */
export function digestOf(rows: readonly DigestRow[]): Record<string, { count: number; hash: string }> {
  const sums = new Map<string, { count: number; sum: bigint }>();
  for (const { type, id, version, deleted, data } of rows) {
    if (deleted) continue;
    const bytes = createHash('sha256').update(canonical({ id, version, data })).digest();
    const { count, sum } = sums.get(type) ?? { count: 0, sum: 0n };
    sums.set(type, { count: count + 1, sum: BigInt.asUintN(64, sum + bytes.readBigUInt64BE(0)) });
  }
  return Object.fromEntries(
    [...sums].map(([type, { count, sum }]) => [type, { count, hash: sum.toString(16).padStart(16, '0') }]),
  );
}
