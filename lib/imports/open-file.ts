import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import yauzl from 'yauzl';
import { readAppleHealth } from './apple-health.ts';
import { MINUTE_CSV_HEADER, readMinuteCsv } from './minute-csv.ts';
import { ImportFileError, type ImportItem } from './model.ts';

export interface OpenedFile {
  readonly format: 'minute-csv' | 'apple-health-xml' | 'apple-health-zip';
  /** Yields every item in file order; the file is read once, as it is asked for. */
  readonly items: AsyncGenerator<ImportItem>;
}

const HEAD_BYTES = 4_096;

/**
 * Opens a file by what it holds, not by its name: the minute CSV (plain or gzip), Apple Health's
 * `export.xml`, or the `export.zip` around it. `onBytes` is told how much of the file on disk has been read.
 */
export async function openImportFile(path: string, onBytes: (count: number) => void): Promise<OpenedFile> {
  const head = await readHead(path);
  if (head.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'))) {
    return { format: 'apple-health-zip', items: readAppleHealth(await openZipEntry(path, onBytes)) };
  }
  const counted = () => countBytes(createReadStream(path), onBytes);
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const unzipped = pipeline(counted(), createGunzip(), ignoreError);
    return { format: 'minute-csv', items: readMinuteCsv(await requireCsv(unzipped)) };
  }
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  if (text.startsWith(MINUTE_CSV_HEADER)) return { format: 'minute-csv', items: readMinuteCsv(counted()) };
  if (/^\s*<\?xml|<HealthData|<!DOCTYPE HealthData/.test(text)) {
    return { format: 'apple-health-xml', items: readAppleHealth(counted()) };
  }
  throw new ImportFileError(
    'unknown format: this takes FIT, TCX and GPX, the minute CSV (all also .gz), and Apple Health export.xml and export.zip',
  );
}

/** The reader sees the error through the stream itself. */
const ignoreError = (): void => {};

async function* countBytes(stream: Readable, onBytes: (count: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    onBytes(chunk.length);
    yield chunk;
  }
}

async function readHead(path: string): Promise<Buffer> {
  const file: FileHandle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function requireCsv(stream: Readable): Promise<AsyncIterable<Uint8Array>> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const first = await chunks.next().catch((cause: unknown) => {
    throw new ImportFileError('the gzip file is damaged', { cause });
  });
  if (first.done || !Buffer.from(first.value).toString('utf8').startsWith(MINUTE_CSV_HEADER)) {
    throw new ImportFileError('the gzip file does not hold the minute CSV');
  }
  return (async function* () {
    yield first.value;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
}

/** The export lies in `apple_health_export/` under a name of the phone's language: the largest XML but the CDA copy. */
async function openZipEntry(
  path: string,
  onBytes: (count: number) => void,
): Promise<AsyncIterable<Uint8Array>> {
  const zip = await yauzl
    .openPromise(path, { autoClose: false, lazyEntries: true })
    .catch((cause: unknown) => {
      throw new ImportFileError('the zip file is damaged', { cause });
    });
  let chosen: yauzl.Entry | undefined;
  for await (const entry of zip.eachEntry()) {
    const isExport =
      /\.xml$/i.test(entry.fileName) && !/_cda\.xml$/i.test(entry.fileName) && !entry.fileName.includes('..');
    if (isExport && entry.uncompressedSize > (chosen?.uncompressedSize ?? -1)) chosen = entry;
  }
  if (chosen === undefined) throw new ImportFileError('there is no export.xml in the zip file');
  const ratio = chosen.compressedSize / Math.max(1, chosen.uncompressedSize);
  const stream = await zip.openReadStreamPromise(chosen);
  stream.on('close', () => zip.close());
  return countBytes(stream, (count) => onBytes(count * ratio));
}
