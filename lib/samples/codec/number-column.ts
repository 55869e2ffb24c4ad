import type { ByteReader } from './byte-reader.ts';
import { CorruptBlockError } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/**
 * One column of numbers, losslessly. First byte: the way it is written (high four bits) and the power of
 * ten that its decimals were scaled by (low four bits). Deltas divided by their common unit keep minute and
 * second grids at one small byte each, which zstd then nearly removes.
 */
const CONSTANT = 1;
const PLAIN = 2;
const DELTA = 3;
const RAW = 4;

/** Decimals of at most nine digits are kept as integers. */
const MAX_DECIMAL_DIGITS = 9;
/** Differences of two such integers still fit a zigzag number of 53 bits. */
const LARGEST_INTEGER = 2 ** 51;
const DELTA_UNITS = [3_600_000, 60_000, 1_000] as const;

export function writeNumbers(writer: ByteWriter, numbers: Float64Array): void {
  const digits = decimalDigitsOf(numbers);
  if (digits === undefined) {
    writer.byte(RAW << 4);
    writer.append(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    return;
  }
  const integers = digits === 0 ? numbers : scaled(numbers, 10 ** digits);
  if (isConstant(integers)) {
    writer.byte((CONSTANT << 4) | digits);
    writer.zigzag(integers[0] ?? 0);
    return;
  }
  if (sumOfSizes(integers) <= sumOfSteps(integers)) writePlain(writer, integers, digits);
  else writeDeltas(writer, integers, digits);
}

export function readNumbers(reader: ByteReader, count: number): Float64Array {
  const head = reader.byte();
  const divisor = 10 ** (head & 15);
  if ((head & 15) > MAX_DECIMAL_DIGITS) throw new CorruptBlockError('column with too many digits');
  switch (head >> 4) {
    case CONSTANT:
      return new Float64Array(count).fill(reader.zigzag() / divisor);
    case PLAIN:
      return readPlain(reader, count, divisor);
    case DELTA:
      return readDeltas(reader, count, divisor);
    case RAW:
      return new Float64Array(reader.take(count * 8).slice().buffer);
    default:
      throw new CorruptBlockError('column of an unknown kind');
  }
}

function writePlain(writer: ByteWriter, integers: Float64Array, digits: number): void {
  writer.byte((PLAIN << 4) | digits);
  for (const integer of integers) writer.zigzag(integer);
}

function readPlain(reader: ByteReader, count: number, divisor: number): Float64Array {
  const numbers = new Float64Array(count);
  for (let index = 0; index < count; index += 1) numbers[index] = reader.zigzag() / divisor;
  return numbers;
}

function writeDeltas(writer: ByteWriter, integers: Float64Array, digits: number): void {
  const unit = commonUnitOf(integers);
  writer.byte((DELTA << 4) | digits);
  writer.varint(unit);
  let previous = integers[0] ?? 0;
  writer.zigzag(previous);
  for (let index = 1; index < integers.length; index += 1) {
    const integer = integers[index] ?? 0;
    writer.zigzag((integer - previous) / unit);
    previous = integer;
  }
}

function readDeltas(reader: ByteReader, count: number, divisor: number): Float64Array {
  const numbers = new Float64Array(count);
  const unit = reader.varint();
  let integer = reader.zigzag();
  if (count > 0) numbers[0] = integer / divisor;
  for (let index = 1; index < count; index += 1) {
    integer += reader.zigzag() * unit;
    numbers[index] = integer / divisor;
  }
  return numbers;
}

/** Least number of decimal digits that keeps every number exactly, or undefined when none up to nine does. */
function decimalDigitsOf(numbers: Float64Array): number | undefined {
  let digits = 0;
  let factor = 1;
  for (const number of numbers) {
    while (!isExact(number, factor)) {
      digits += 1;
      factor *= 10;
      if (digits > MAX_DECIMAL_DIGITS) return undefined;
    }
  }
  // A number that was exact with fewer digits may not be with more.
  if (digits > 0) for (const number of numbers) if (!isExact(number, factor)) return undefined;
  return digits;
}

function isExact(number: number, factor: number): boolean {
  const integer = Math.round(number * factor);
  if (integer > LARGEST_INTEGER || integer < -LARGEST_INTEGER) return false;
  return integer / factor === number && (number !== 0 || 1 / number > 0);
}

function scaled(numbers: Float64Array, factor: number): Float64Array {
  const integers = new Float64Array(numbers.length);
  for (let index = 0; index < numbers.length; index += 1)
    integers[index] = Math.round((numbers[index] ?? 0) * factor);
  return integers;
}

function isConstant(integers: Float64Array): boolean {
  const first = integers[0];
  for (const integer of integers) if (integer !== first) return false;
  return true;
}

function sumOfSizes(integers: Float64Array): number {
  let sum = 0;
  for (const integer of integers) sum += Math.abs(integer);
  return sum;
}

function sumOfSteps(integers: Float64Array): number {
  let sum = 0;
  let previous = 0;
  for (const integer of integers) {
    sum += Math.abs(integer - previous);
    previous = integer;
  }
  return sum;
}

function commonUnitOf(integers: Float64Array): number {
  for (const unit of DELTA_UNITS) if (allStepsDivide(integers, unit)) return unit;
  return 1;
}

function allStepsDivide(integers: Float64Array, unit: number): boolean {
  const first = integers[0] ?? 0;
  for (const integer of integers) if ((integer - first) % unit !== 0) return false;
  return true;
}
