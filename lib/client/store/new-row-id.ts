import type { Randomness } from '../../core/randomness.ts';

/** A UUIDv7 (RFC 9562) in its usual form: made by the device and permanent, so that nothing is ever renumbered. */
export function newRowId(nowMs: number, randomness: Randomness): string {
  const bytes = new Uint8Array(16);
  bytes.set(randomness.bytes(10), 6);
  let rest = nowMs;
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
