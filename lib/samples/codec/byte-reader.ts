/** Stored bytes that this code cannot have written: damage, or another format. Never the caller's fault. */
export class CorruptBlockError extends Error {
  override readonly name = 'CorruptBlockError';
}

/** Reads what ByteWriter wrote. Every read is checked against the end: damage throws, and never loops. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  /** A Buffer is taken as plain bytes: its own `slice` would not copy. */
  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new CorruptBlockError('block ends too early');
    this.#at += 1;
    return value;
  }

  varint(): number {
    const bytes = this.#bytes;
    const first = bytes[this.#at];
    if (first !== undefined && first < 128) {
      this.#at += 1;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (let index = 0; index < 8; index += 1) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw new CorruptBlockError('block holds a number that is too long');
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  take(byteCount: number): Uint8Array {
    const end = this.#at + byteCount;
    if (end > this.#bytes.length) throw new CorruptBlockError('block ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new CorruptBlockError('block has bytes left over');
  }
}
