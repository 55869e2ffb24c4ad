import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';

/**
 * What was kept under this name, or `initial` where nothing was. Whatever this answers is kept from now on as it is
 * at each writing, so objects, maps and sets are changed in place. Only data can be kept, no functions.
 */
export type Keep = <Value>(name: string, initial: Value) => Value;

/** What a restart must not forget. */
export interface Memory {
  readonly keep: Keep;
  /** Writes what has changed since the last writing; answers at once when nothing has. */
  write(): void;
  /** Writes once more, and no more after that: the file may belong to the next start. */
  close(): void;
}

export interface MemoryOptions {
  /** Without one, all is forgotten at the stop. */
  readonly file: string | undefined;
  /** Values of people depend on it: what was kept with another seed speaks of other people. */
  readonly seed: string;
  readonly say: (line: string) => void;
}

/** To be raised when what is kept changes its shape: files of older formats are not read. */
const FORMAT = 2;

/** The same names, forgotten at the stop. */
export const keepNothing: Keep = (_, initial) => initial;

/** `keep` for one part: its names stand behind the part's own. */
export const keepWithin =
  (keep: Keep, part: string): Keep =>
  (name, initial) =>
    keep(`${part}/${name}`, initial);

/** A file that is damaged, or of another format or seed, is told in one line, and all begins anew. */
export function openMemory({ file, seed, say }: MemoryOptions): Memory {
  if (file === undefined) return { keep: keepNothing, write() {}, close() {} };
  const kept = readKept(file, seed, say);
  const values = new Map<string, unknown>();
  let last: Buffer | undefined;
  let isClosed = false;
  const write = (): void => {
    const body = serialize(values);
    if (isClosed || last?.equals(body)) return;
    try {
      writeWhole(file, Buffer.concat([Buffer.from(`${headOf(seed, body)}\n`), body]));
      last = body;
    } catch (error) {
      say(`what the clouds know is not kept: ${String(error)}`);
    }
  };
  return {
    keep<Value>(name: string, initial: Value): Value {
      if (values.has(name)) throw new Error(`${name} is kept twice`);
      // The file's own format says that these are the values that were kept under this name.
      const value = kept.has(name) ? (kept.get(name) as Value) : initial;
      values.set(name, value);
      return value;
    },
    write,
    close() {
      write();
      isClosed = true;
    },
  };
}

/** The first line says what the rest must be. */
const headOf = (seed: string, body: Uint8Array): string =>
  JSON.stringify({ format: FORMAT, seed, sha256: createHash('sha256').update(body).digest('hex') });

function readKept(file: string, seed: string, say: (line: string) => void): ReadonlyMap<string, unknown> {
  const nothing = new Map<string, unknown>();
  try {
    const content = readFileSync(file);
    const lineEnd = content.indexOf('\n');
    const body = content.subarray(lineEnd + 1);
    if (content.subarray(0, Math.max(0, lineEnd)).toString('utf8') === headOf(seed, body)) {
      const kept: unknown = deserialize(body);
      if (kept instanceof Map) return kept;
    }
    say(`${file} is ignored: it is damaged, or of another format or seed`);
  } catch (error) {
    const isAbsent = error instanceof Error && Reflect.get(error, 'code') === 'ENOENT';
    if (!isAbsent) say(`${file} is ignored: ${String(error)}`);
  }
  return nothing;
}

/** Whole or not at all, also under a kill in the middle; tokens lie in it, so only its owner may read it. */
function writeWhole(file: string, content: Buffer): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, file);
}
