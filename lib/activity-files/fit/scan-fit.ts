import { fail, ok, type Result } from '../../core/result.ts';
import { MAX_ACTIVITY_COUNT, MAX_FIT_FRAME_COUNT, MAX_FIT_VALUE_COUNT, MAX_POINT_COUNT } from '../limits.ts';
import type { ActivityFault, Damage } from '../model.ts';
import { fitChecksum } from './fit-checksum.ts';

/**
 * Walks the frames of a FIT file (Flexible and Interoperable Data Transfer Protocol, rev. 2.4) without reading
 * what they say. The decoder is then handed only whole frames of the kinds that are read, so that it never meets a
 * cut or senseless one, and no more of them than the limits allow.
 */

/** One file of a chain: FIT files may follow each other in one (protocol, "Chained FIT files"). */
export interface FitPart {
  /** A FIT file of its own, with header, the frames that are read, and no valid checksum. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface FitScan {
  readonly parts: readonly FitPart[];
  readonly damage: Damage | undefined;
  /** The frames break off: what was read before is as the device wrote it, unlike in a file whose checksum fails. */
  readonly breaksOff: boolean;
}

interface Definition {
  readonly global: number;
  readonly sizeBytes: number;
  /** Less of the first field under a compressed header, which stands for the time. */
  readonly compressedSizeBytes: number;
  readonly valueCount: number;
}

const RECORD = 20;
const SESSION = 18;
/** file_id, session, lap, record, activity: by their global numbers. Fields of developers are not read. */
const READ = new Set([0, SESSION, 19, RECORD, 34]);
const TIMESTAMP_FIELD = 253;
const MAX_CHAIN_COUNT = 50;

/** The parts up to the end or the first damage; activity.too_large over the limits. */
export function scanFit(bytes: Uint8Array): Result<FitScan, ActivityFault> {
  const parts: FitPart[] = [];
  const count = new FrameCount();
  let from = 0;
  while (from < bytes.length) {
    if (parts.length > 0 && isPadding(bytes, from)) break;
    if (parts.length === MAX_CHAIN_COUNT) return fail(TOO_LARGE);
    const header = readHeader(bytes, from);
    if ('reason' in header)
      return ok({ parts, damage: { where: `byte ${from}`, reason: header.reason }, breaksOff: false });
    const walk = new FrameWalk(bytes, header.dataFrom, Math.min(header.dataTo, bytes.length), count);
    const stop = walk.run();
    if (stop === 'too_large') return fail(TOO_LARGE);
    parts.push({ bytes: walk.toFile() });
    const damage = withLength(stop, header.dataTo + 2 - bytes.length) ?? endFault(bytes, from, header.dataTo);
    if (damage !== undefined) return ok({ parts, damage, breaksOff: stop !== undefined });
    from = header.dataTo + 2;
  }
  return ok({ parts, damage: undefined, breaksOff: false });
}

const TOO_LARGE: ActivityFault = {
  code: 'activity.too_large',
  reason: 'The file holds more points, sessions or parts than are taken.',
};

/** What was kept of all parts of a file together, so that a chain holds no more than one. */
class FrameCount {
  #frames = 0;
  #values = 0;
  #points = 0;
  #sessions = 0;

  take(global: number, valueCount: number): void {
    this.#frames += 1;
    this.#values += valueCount;
    if (global === RECORD) this.#points += 1;
    if (global === SESSION) this.#sessions += 1;
  }

  takeDefinition(): void {
    this.#frames += 1;
  }

  isTooMuch(): boolean {
    return (
      this.#points > MAX_POINT_COUNT ||
      this.#sessions > MAX_ACTIVITY_COUNT ||
      this.#frames > MAX_FIT_FRAME_COUNT ||
      this.#values > MAX_FIT_VALUE_COUNT
    );
  }
}

/** Devices that write in blocks fill the last one with zeros: nothing of the file is missing there. */
const isPadding = (bytes: Uint8Array, from: number): boolean =>
  bytes.subarray(from).every((byte) => byte === 0);

function readHeader(
  bytes: Uint8Array,
  from: number,
): { readonly dataFrom: number; readonly dataTo: number } | { readonly reason: string } {
  const size = bytes[from];
  if (size !== 12 && size !== 14) return { reason: 'the header says a size that no FIT file has' };
  if (from + size > bytes.length) return { reason: 'the file ends within its header' };
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, size);
  if (view.getUint32(8, false) !== 0x2e464954) return { reason: 'the header does not say ".FIT"' };
  const dataFrom = from + size;
  return { dataFrom, dataTo: dataFrom + view.getUint32(4, true) };
}

/** Senseless frames in a file that lost bytes have that for a reason, as when a program changed its line ends. */
const withLength = (stop: Damage | undefined, missingCount: number): Damage | undefined =>
  stop === undefined || missingCount <= 0 || stop.reason.startsWith('the file ends')
    ? stop
    : { ...stop, reason: `${stop.reason}, and the file has ${missingCount} bytes less than its header says` };

function endFault(bytes: Uint8Array, from: number, dataTo: number): Damage | undefined {
  const where = `byte ${Math.min(dataTo, bytes.length)}`;
  if (dataTo + 2 > bytes.length)
    return {
      where,
      reason: `the file ends ${dataTo + 2 - bytes.length} bytes before the length that its header says`,
    };
  const said = (bytes[dataTo] ?? 0) | ((bytes[dataTo + 1] ?? 0) << 8);
  return said === fitChecksum(bytes, from, dataTo)
    ? undefined
    : { where, reason: 'the checksum does not fit what was read' };
}

class FrameWalk {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #to: number;
  readonly #definitions = new Map<number, Definition>();
  readonly #kept: Uint8Array[] = [];
  readonly #count: FrameCount;
  #at: number;

  constructor(bytes: Uint8Array, from: number, to: number, count: FrameCount) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = from;
    this.#to = to;
    this.#count = count;
  }

  /** Undefined when every frame up to the end is whole. */
  run(): Damage | 'too_large' | undefined {
    while (this.#at < this.#to) {
      const head = this.#bytes[this.#at] ?? 0;
      const reason = (head & 0xc0) === 0x40 ? this.#define(head) : this.#message(head);
      if (reason !== undefined) return { where: `byte ${this.#at}`, reason };
      if (this.#count.isTooMuch()) return 'too_large';
    }
    return undefined;
  }

  /** The frames that were kept, as a FIT file. The decoder is told not to ask for its checksum. */
  toFile(): Uint8Array<ArrayBuffer> {
    const size = this.#kept.reduce((total, frame) => total + frame.length, 0);
    const file = new Uint8Array(12 + size + 2);
    file.set([12, 0x20, 0x54, 0x08]);
    const view = new DataView(file.buffer);
    view.setUint32(4, size, true);
    view.setUint32(8, 0x2e464954, false);
    let at = 12;
    for (const frame of this.#kept) {
      file.set(frame, at);
      at += frame.length;
    }
    return file;
  }

  #define(head: number): string | undefined {
    if (this.#at + 6 > this.#to) return 'the file ends within a definition';
    const fieldCount = this.#bytes[this.#at + 5] ?? 0;
    const fieldsFrom = this.#at + 6;
    const fieldsTo = fieldsFrom + 3 * fieldCount;
    const hasExtras = (head & 0x20) !== 0;
    const extraCount = hasExtras ? (this.#bytes[fieldsTo] ?? 0) : 0;
    const end = fieldsTo + (hasExtras ? 1 + 3 * extraCount : 0);
    if (end > this.#to) return 'the file ends within a definition';
    const order = this.#bytes[this.#at + 2] ?? 0;
    if (order > 1) return 'a definition names no byte order';
    const global = this.#view.getUint16(this.#at + 3, order === 0);
    const sizeBytes =
      this.#sizeOf(fieldsFrom, fieldCount) + (hasExtras ? this.#sizeOf(fieldsTo + 1, extraCount) : 0);
    const leads = fieldCount > 0 && this.#bytes[fieldsFrom] === TIMESTAMP_FIELD;
    const compressedSizeBytes = sizeBytes - (leads ? (this.#bytes[fieldsFrom + 1] ?? 0) : 0);
    this.#definitions.set(head & 0x0f, {
      global,
      sizeBytes,
      compressedSizeBytes,
      valueCount: fieldCount + extraCount,
    });
    if (READ.has(global)) {
      this.#kept.push(this.#bytes.subarray(this.#at, end));
      this.#count.takeDefinition();
    }
    this.#at = end;
    return undefined;
  }

  #sizeOf(from: number, count: number): number {
    let size = 0;
    for (let field = 0; field < count; field += 1) size += this.#bytes[from + 3 * field + 1] ?? 0;
    return size;
  }

  #message(head: number): string | undefined {
    const isCompressed = (head & 0x80) !== 0;
    if (!isCompressed && (head & 0x30) !== 0) return 'here is no frame of a FIT file';
    const definition = this.#definitions.get(isCompressed ? (head >> 5) & 3 : head & 0x0f);
    if (definition === undefined) return 'a message comes without its definition';
    const end = this.#at + 1 + (isCompressed ? definition.compressedSizeBytes : definition.sizeBytes);
    if (end > this.#to) return 'the file ends within a message';
    if (READ.has(definition.global)) {
      this.#kept.push(this.#bytes.subarray(this.#at, end));
      this.#count.take(definition.global, definition.valueCount);
    }
    this.#at = end;
    return undefined;
  }
}
