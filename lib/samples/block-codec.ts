import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type BlockColumns, newColumns, rowOf, setRow } from './codec/block-columns.ts';
import { ByteReader, CorruptBlockError } from './codec/byte-reader.ts';
import { ByteWriter } from './codec/byte-writer.ts';
import { readNumbers, writeNumbers } from './codec/number-column.ts';
import type { Sample } from './model.ts';

/**
 * Samples <-> the payload of a block, without loss (ingestion.md 2):
 *
 *   format byte | CRC-32 of the body, 4 bytes | body length | body, as it is or as a zstd frame
 *
 * and in the body: count, then the columns start, duration, value, zone offset, record hash, revision,
 * seq, tombstone time. Damage is always seen (CRC-32) and thrown as CorruptBlockError, after at most
 * MAX_BODY_BYTES of work. Sealing, which makes tampering impossible, is the store adapters' part.
 */
const FORMAT_RAW = 1;
const FORMAT_ZSTD = 2;

/** More than any block that this code writes (64 bytes a row), and little enough to decompress on sight. */
const MAX_BODY_BYTES = 8_000_000;
export const MAX_CODED_SAMPLE_COUNT = 100_000;

/** Level 1 costs a fifth less CPU than the default and came out no larger on the minutes in test/data. */
const ZSTD_OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

const ALL_ABSENT = 0;
const ALL_PRESENT = 1;
const SOME_PRESENT = 2;

/** The payload of these rows; the same rows always give the same bytes. Values are never NaN. */
export function encodeColumns(columns: BlockColumns): Uint8Array {
  const body = encodeBody(columns);
  const packed = zstdCompressSync(body, ZSTD_OPTIONS);
  const isSmaller = packed.length < body.length;
  const content = isSmaller ? packed : body;
  const writer = new ByteWriter(content.length + 16);
  writer.byte(isSmaller ? FORMAT_ZSTD : FORMAT_RAW);
  const checksum = crc32(body);
  for (const shift of [0, 8, 16, 24]) writer.byte((checksum >>> shift) & 255);
  writer.varint(body.length);
  writer.append(content);
  return writer.take();
}

/** The rows of a payload. Throws CorruptBlockError for anything that encodeColumns does not write. */
export function decodeColumns(payload: Uint8Array): BlockColumns {
  const reader = new ByteReader(payload);
  const format = reader.byte();
  let checksum = 0;
  for (const scale of [1, 256, 65_536, 16_777_216]) checksum += reader.byte() * scale;
  const bodyBytes = reader.varint();
  if (bodyBytes > MAX_BODY_BYTES) throw new CorruptBlockError('block is too large');
  const body = unpack(format, reader.rest(), bodyBytes);
  if (body.length !== bodyBytes || crc32(body) !== checksum) {
    throw new CorruptBlockError('block fails its checksum');
  }
  return decodeBody(body);
}

/** Samples and tombstones of a payload, in time order. */
export function decodeSamples(payload: Uint8Array): Sample[] {
  const columns = decodeColumns(payload);
  return Array.from({ length: columns.count }, (_, index) => rowOf(columns, index));
}

/** `samples` in the order of (start, record hash, end). */
export function encodeSamples(samples: readonly Sample[]): Uint8Array {
  const columns = newColumns(samples.length);
  samples.forEach((sample, index) => {
    setRow(columns, index, sample);
  });
  return encodeColumns(columns);
}

function encodeBody(columns: BlockColumns): Uint8Array {
  const { count } = columns;
  const writer = new ByteWriter(64 + count * 16);
  writer.varint(count);
  if (count === 0) return writer.take();
  writeNumbers(writer, columns.startMs);
  const durations = new Float64Array(count);
  for (let index = 0; index < count; index += 1)
    durations[index] = (columns.endMs[index] ?? 0) - (columns.startMs[index] ?? 0);
  writeNumbers(writer, durations);
  writeNumbers(writer, columns.values);
  writeNumbers(writer, columns.offsetMinutes);
  writeHashes(writer, columns.recordHashes);
  writeOptional(writer, columns.revisions);
  writeNumbers(writer, columns.seqs);
  writeOptional(writer, columns.deletedAtMs);
  return writer.take();
}

function decodeBody(body: Uint8Array): BlockColumns {
  const reader = new ByteReader(body);
  const count = reader.varint();
  if (count > MAX_CODED_SAMPLE_COUNT) throw new CorruptBlockError('block has too many samples');
  if (count === 0) return newColumns(0);
  const startMs = readNumbers(reader, count);
  const endMs = readNumbers(reader, count);
  for (let index = 0; index < count; index += 1) endMs[index] = (endMs[index] ?? 0) + (startMs[index] ?? 0);
  const columns: BlockColumns = {
    count,
    startMs,
    endMs,
    values: readNumbers(reader, count),
    offsetMinutes: readNumbers(reader, count),
    recordHashes: readHashes(reader, count),
    revisions: readOptional(reader, count),
    seqs: readNumbers(reader, count),
    deletedAtMs: readOptional(reader, count),
  };
  reader.end();
  return columns;
}

function unpack(format: number, content: Uint8Array, bodyBytes: number): Uint8Array {
  if (format === FORMAT_RAW) return content;
  if (format !== FORMAT_ZSTD) throw new CorruptBlockError('block of an unknown format');
  try {
    return zstdDecompressSync(content, { maxOutputLength: Math.max(bodyBytes, 1) });
  } catch (cause) {
    throw new CorruptBlockError('block cannot be decompressed', { cause });
  }
}

function writeHashes(writer: ByteWriter, hashes: BigUint64Array): void {
  const words = new Uint32Array(hashes.buffer, hashes.byteOffset, hashes.length * 2);
  const isEmpty = words.every((word) => word === 0);
  writer.byte(isEmpty ? ALL_ABSENT : ALL_PRESENT);
  if (isEmpty) return;
  writer.append(new Uint8Array(hashes.buffer, hashes.byteOffset, hashes.byteLength));
}

function readHashes(reader: ByteReader, count: number): BigUint64Array {
  const kind = reader.byte();
  if (kind === ALL_ABSENT) return new BigUint64Array(count);
  if (kind !== ALL_PRESENT) throw new CorruptBlockError('hashes of an unknown kind');
  return new BigUint64Array(reader.take(count * 8).slice().buffer);
}

/** NaN is absent: a bitmap of what is present, then the present numbers. */
function writeOptional(writer: ByteWriter, numbers: Float64Array): void {
  const present = numbers.filter((number) => !Number.isNaN(number));
  if (present.length === 0 || present.length === numbers.length) {
    writer.byte(present.length === 0 ? ALL_ABSENT : ALL_PRESENT);
    if (present.length > 0) writeNumbers(writer, numbers);
    return;
  }
  writer.byte(SOME_PRESENT);
  const bitmap = new Uint8Array(Math.ceil(numbers.length / 8));
  for (let index = 0; index < numbers.length; index += 1) {
    if (Number.isNaN(numbers[index])) continue;
    bitmap[index >> 3] = (bitmap[index >> 3] ?? 0) | (1 << (index & 7));
  }
  writer.append(bitmap);
  writer.varint(present.length);
  writeNumbers(writer, present);
}

function readOptional(reader: ByteReader, count: number): Float64Array {
  const kind = reader.byte();
  if (kind === ALL_ABSENT) return new Float64Array(count).fill(Number.NaN);
  if (kind === ALL_PRESENT) return readNumbers(reader, count);
  if (kind !== SOME_PRESENT) throw new CorruptBlockError('optional column of an unknown kind');
  const bitmap = reader.take(Math.ceil(count / 8));
  const presentCount = reader.varint();
  if (presentCount > count) throw new CorruptBlockError('optional column with too many numbers');
  const present = readNumbers(reader, presentCount);
  const numbers = new Float64Array(count).fill(Number.NaN);
  let taken = 0;
  for (let index = 0; index < count; index += 1) {
    if (((bitmap[index >> 3] ?? 0) >> (index & 7)) & 1) numbers[index] = present[taken++] ?? Number.NaN;
  }
  return numbers;
}
