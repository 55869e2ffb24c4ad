import { isUtf8 } from 'node:buffer';
import { Origin } from '../../contracts/events/samples-changed.v1.ts';
import { MAX_QUEUED_ITEM_COUNT, MAX_SOURCE_COUNT } from '../../contracts/limits.ts';
import { RequestId } from '../../contracts/primitives/ids.ts';
import { TooDeepError } from '../core/canonical-json.ts';
import { AppError, type FieldFault } from '../problems/app-error.ts';
import { DEVICE_TYPES, type DeviceType, type Source } from './model.ts';
import { payloadHashOf, sourceIdOf } from './sample-identity.ts';

/** A JSON object whose fields are not looked at yet. */
export type RawItem = Readonly<Record<string, unknown>>;

/** A batch whose envelope is good; faults of single samples are still to be found (ING7). */
export interface IngestRequest {
  readonly requestId: RequestId;
  readonly origin: Origin;
  /** ING6. */
  readonly payloadHash: string;
  readonly sources: ReadonlyMap<string, Source>;
  readonly samples: readonly RawItem[];
  readonly deletions: readonly RawItem[];
}

const HASH = /^[0-9a-f]{64}$/;
const MAX_NAME_CHARS = 128;
/** Faults listed in one answer. */
const MAX_FAULT_COUNT = 20;

/** The JSON of a body. Throws AppError request.body_required, request.malformed_json. */
export function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) throw new AppError('request.body_required', 'the request has no body');
  if (!isUtf8(body)) throw new AppError('request.malformed_json', 'the body is not UTF-8');
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch (cause) {
    throw new AppError('request.malformed_json', 'the body is not JSON', { cause });
  }
}

/**
 * The envelope of a batch. Fields that it does not know are left alone. Throws AppError request.invalid with
 * the faults, ingest.unknown_source, request.too_many_items, ingest.hash_mismatch: nothing is stored then.
 */
export function parseIngestRequest(
  value: unknown,
  maxItemCount: number = MAX_QUEUED_ITEM_COUNT,
): IngestRequest {
  const faults = new Faults();
  if (!isObject(value)) throw faults.with('', 'an object is required').error();
  const requestId = RequestId.safeParse(value['requestId']);
  if (!requestId.success)
    faults.with('/requestId', '1 to 128 printable ASCII characters without space, # or /');
  const origin = Origin.safeParse(value['origin'] ?? 'live');
  if (!origin.success) faults.with('/origin', 'live, backfill or import');
  const sources = parseSources(value['sources'], faults);
  const samples = listOf(value['samples'], '/samples', faults);
  const deletions = listOf(value['deletions'] ?? [], '/deletions', faults);
  requireItemCount(samples.length + deletions.length, maxItemCount);
  requireObjects(samples, '/samples', faults);
  requireObjects(deletions, '/deletions', faults);
  if (!requestId.success || !origin.success || faults.areThere) throw faults.error();
  requireKnownSources(samples, deletions, sources);
  const payload = { sources: value['sources'], samples, deletions };
  const payloadHash = checkedHash(payload, value['payloadHash']);
  return {
    requestId: requestId.data,
    origin: origin.data,
    payloadHash,
    sources,
    samples: samples.filter(isObject),
    deletions: deletions.filter(isObject),
  };
}

class Faults {
  readonly #faults: FieldFault[] = [];

  get areThere(): boolean {
    return this.#faults.length > 0;
  }

  with(path: string, message: string): this {
    if (this.#faults.length < MAX_FAULT_COUNT) this.#faults.push({ path, code: 'invalid', message });
    return this;
  }

  error(): AppError {
    const first = this.#faults[0];
    return new AppError(
      'request.invalid',
      `${first?.path === '' ? 'body' : first?.path}: ${first?.message}`,
      {
        faults: this.#faults,
      },
    );
  }
}

export const isObject = (value: unknown): value is RawItem =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function listOf(value: unknown, path: string, faults: Faults): readonly unknown[] {
  if (Array.isArray(value)) return value;
  faults.with(path, 'a list is required');
  return [];
}

function requireItemCount(count: number, maxItemCount: number): void {
  if (count <= maxItemCount) return;
  throw new AppError(
    'request.too_many_items',
    `${count} samples and deletions, and at most ${maxItemCount} are taken: split them, or use a presigned upload`,
  );
}

function requireObjects(items: readonly unknown[], path: string, faults: Faults): void {
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    if (!isObject(item)) faults.with(`${path}/${index}`, 'an object is required');
    else if (typeof item['source'] !== 'string' && !isSearch(path, item))
      faults.with(`${path}/${index}/source`, 'the key of one of `sources` is required');
  }
}

/** A deletion by record id and range may leave the source open (ING4). */
const isSearch = (path: string, item: RawItem): boolean =>
  path === '/deletions' && item['source'] === undefined;

function requireKnownSources(
  samples: readonly unknown[],
  deletions: readonly unknown[],
  sources: ReadonlyMap<string, Source>,
): void {
  for (const [path, items] of [
    ['/samples', samples],
    ['/deletions', deletions],
  ] as const) {
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index];
      const key = isObject(item) ? item['source'] : undefined;
      if (typeof key !== 'string' || sources.has(key)) continue;
      const fault = { path: `${path}/${index}/source`, code: 'unknown_source', message: 'not in `sources`' };
      throw new AppError('ingest.unknown_source', `${fault.path} is not in \`sources\``, { faults: [fault] });
    }
  }
}

function checkedHash(
  payload: { readonly sources: unknown; readonly samples: unknown; readonly deletions: unknown },
  claimed: unknown,
): string {
  if (claimed !== undefined && (typeof claimed !== 'string' || !HASH.test(claimed))) {
    throw new Faults().with('/payloadHash', '64 lower-case hex digits').error();
  }
  const payloadHash = hashOrRefuse(payload);
  if (claimed === undefined || claimed === payloadHash) return payloadHash;
  throw new AppError('ingest.hash_mismatch', `the payload hashes to ${payloadHash}`);
}

function hashOrRefuse(payload: Parameters<typeof payloadHashOf>[0]): string {
  try {
    return payloadHashOf(payload);
  } catch (cause) {
    if (!(cause instanceof TooDeepError)) throw cause;
    throw new AppError('request.invalid', 'the body is nested too deeply', { cause });
  }
}

function parseSources(value: unknown, faults: Faults): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>();
  if (!isObject(value)) {
    faults.with('/sources', 'an object of sources by key is required');
    return sources;
  }
  const keys = Object.keys(value);
  if (keys.length > MAX_SOURCE_COUNT) faults.with('/sources', `at most ${MAX_SOURCE_COUNT} sources`);
  for (const key of keys.slice(0, MAX_SOURCE_COUNT)) {
    const source = parseSource(value[key], `/sources/${key.slice(0, MAX_NAME_CHARS)}`, faults);
    if (source !== undefined) sources.set(key, source);
  }
  return sources;
}

function parseSource(value: unknown, path: string, faults: Faults): Source | undefined {
  if (!isObject(value)) {
    faults.with(path, 'an object is required');
    return undefined;
  }
  const provider = value['provider'];
  if (!isName(provider)) {
    faults.with(`${path}/provider`, `1 to ${MAX_NAME_CHARS} characters are required`);
    return undefined;
  }
  const app = value['app'] ?? undefined;
  if (app !== undefined && !isName(app)) faults.with(`${path}/app`, `1 to ${MAX_NAME_CHARS} characters`);
  const device = parseDevice(value['device'] ?? undefined, `${path}/device`, faults);
  const named = {
    provider,
    ...(device === undefined ? {} : { device }),
    ...(isName(app) ? { app } : {}),
  };
  return { sourceId: sourceIdOf(named), ...named };
}

function parseDevice(value: unknown, path: string, faults: Faults): Source['device'] {
  if (value === undefined) return undefined;
  if (!isObject(value)) {
    faults.with(path, 'an object is required');
    return undefined;
  }
  const { manufacturer, model, type } = value;
  const names = { manufacturer, model };
  for (const [name, text] of Object.entries(names))
    if (text !== undefined && !isName(text))
      faults.with(`${path}/${name}`, `1 to ${MAX_NAME_CHARS} characters`);
  if (type !== undefined && !isDeviceType(type)) faults.with(`${path}/type`, DEVICE_TYPES.join(', '));
  const device = {
    ...(isName(manufacturer) ? { manufacturer } : {}),
    ...(isName(model) ? { model } : {}),
    ...(isDeviceType(type) ? { type } : {}),
  };
  return Object.keys(device).length === 0 ? undefined : device;
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_CHARS && value.isWellFormed();

const isDeviceType = (value: unknown): value is DeviceType =>
  DEVICE_TYPES.some((deviceType) => deviceType === value);
