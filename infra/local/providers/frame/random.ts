import { createHash, randomBytes } from 'node:crypto';

/** Where secrets, tokens and ids come from: the operating system, or a seed for runs that must repeat. */
export interface Random {
  bytes(count: number): Buffer;
  hex(byteCount: number): string;
  /** An opaque secret that log scans can look for. */
  token(): string;
  uuid(): string;
}

/** `spent.calls` goes on where a kept one stopped, so that a seed gives no token twice. */
export function createRandom(seed: string | undefined, spent = { calls: 0 }): Random {
  const bytes = (count: number): Buffer =>
    seed === undefined ? randomBytes(count) : stretch(`${seed}/${spent.calls++}`, count);
  const hex = (byteCount: number): string => bytes(byteCount).toString('hex');
  return { bytes, hex, token: () => `sim_${hex(20)}`, uuid: () => uuidFrom(bytes(16)) };
}

function stretch(seed: string, count: number): Buffer {
  const blocks: Buffer[] = [];
  for (let made = 0; made < count; made += 32)
    blocks.push(createHash('sha256').update(`${seed}/${made}`).digest());
  return Buffer.concat(blocks).subarray(0, count);
}

/** A version 4 UUID of these 16 bytes. */
export function uuidFrom(bytes: Buffer): string {
  const copy = Buffer.from(bytes);
  copy[6] = ((copy[6] ?? 0) & 0x0f) | 0x40;
  copy[8] = ((copy[8] ?? 0) & 0x3f) | 0x80;
  const text = copy.toString('hex');
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20, 32),
  ].join('-');
}
