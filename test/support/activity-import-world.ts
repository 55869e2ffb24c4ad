import type { ActivityImport } from '../../contracts/http/activity-imports.ts';
import { readActivityFile } from '../../lib/activity-files/read-activity-file.ts';
import { createActivityImportStore } from '../../lib/adapters/dynamo/activity-import-store.ts';
import { createBlockReader } from '../../lib/adapters/dynamo/block-reader.ts';
import { createRecordStore } from '../../lib/adapters/dynamo/record-store.ts';
import { createSampleStore } from '../../lib/adapters/dynamo/sample-store.ts';
import { createDataWriter } from '../../lib/adapters/in-process/data-writer.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import { silentMeter } from '../../lib/observability/metrics.ts';
import { normaliseRecord, recordIdOf } from '../../lib/records/normalise-record.ts';
import { decodeSamples, encodeSamples } from '../../lib/samples/block-codec.ts';
import type { UploadContent } from '../../lib/samples/upload-store.ts';
import { replacePrivacy } from '../../lib/users/change-user.ts';
import { createImport, getImport, startImport } from '../../lib/workouts/imports/ask-import.ts';
import { runImport } from '../../lib/workouts/imports/run-import.ts';
import { encodeTrack } from '../../lib/workouts/tracks/track-codec.ts';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  START_MS,
  seededRandomness,
} from '../contract-suites/store-fixtures.ts';
import { createCrashes } from './crashes.ts';
import { memoryPayloads } from './memory-payloads.ts';

/** Imports of activity files on the simulated database, in a container that can die at any of its calls. */
export async function openActivityImports() {
  const storage = await openSimulatedStorage();
  const crashes = createCrashes();
  const clock = manualClock();
  const { dynamo, tables } = storage;
  let callCount = 0;
  const counted = {
    send: ((...parameters: Parameters<typeof dynamo.send>) => {
      callCount += 1;
      return dynamo.send(...parameters);
    }) as typeof dynamo.send,
  };
  const stores = createStores(storage, clock);
  const scope = await stores.createUser();
  const randomness = seededRandomness(11);
  const deps = { dynamo: crashes.wrap(counted), coreTable: tables.core, clock, randomness };
  const records = createRecordStore({ ...deps, dataKeys: stores.vault });
  const heads = stores.headStore;
  const store = createSampleStore({ ...deps, tables, dataKeys: stores.vault });
  const reader = createBlockReader({ ...deps, samplesTable: tables.samples, dataKeys: stores.vault });
  const tracks = new Map<string, Uint8Array>();
  const trackStore = {
    put: async (_scope: unknown, provider: string, track: Parameters<typeof encodeTrack>[0]) => {
      const bytes = encodeTrack(track);
      const key = `${provider}/${Buffer.from(bytes).toString('hex').slice(-32)}`;
      tracks.set(key, bytes);
      return key;
    },
    get: async () => undefined,
    removeAll: async (_scope: unknown, provider: string) => {
      for (const key of tracks.keys()) if (key.startsWith(`${provider}/`)) tracks.delete(key);
    },
  };
  const writer = createDataWriter({
    tracks: trackStore,
    samples: { store, reader, payloads: memoryPayloads(), clock, randomness, meter: silentMeter },
    records: { store: records, heads, clock, randomness },
    heads,
    erase: { store, reader, heads, clock, randomness, emptyPayload: encodeSamples([]) },
    decode: decodeSamples,
  });
  const files = new Map<string, Uint8Array>();
  const sent: string[] = [];
  const asked = {
    store: createActivityImportStore(deps),
    signer: {
      sign: async (_scope: unknown, uploadId: string) => ({
        url: `https://files.example.com/${uploadId}`,
        headers: {},
        expiresAtMs: START_MS,
      }),
    },
    queue: { send: async ({ importId }: { importId: string }) => void sent.push(importId) },
    clock,
    randomness,
  };
  const imports = {
    store: asked.store,
    heads,
    uploads: {
      read: async (_scope: unknown, uploadId: string, maxBytes: number): Promise<UploadContent> => {
        const body = files.get(uploadId);
        if (body === undefined) return { kind: 'absent' };
        if (body.length > maxBytes) return { kind: 'too_large', sizeBytes: body.length };
        return { kind: 'found', body, contentType: undefined };
      },
    },
    tracks: trackStore,
    writer,
    readFile: readActivityFile,
    normaliseRecord,
    recordIdOf,
    clock,
  };
  /** Asks for a place, puts the file and starts. */
  const begin = async (bytes: Uint8Array, wanted: { source?: string; onDamage?: 'refuse' | 'keep' } = {}) => {
    const { importId } = await createImport(asked, scope, { source: 'file', onDamage: 'refuse', ...wanted });
    files.set(importId, bytes);
    await startImport(asked, scope, { importId, correlationId: 'corr' });
    return importId;
  };
  const work = (importId: string, isLastTry = false) =>
    runImport(imports, scope, { importId, correlationId: 'corr', isLastTry });
  const answer = (importId: string): Promise<ActivityImport> => getImport(asked, scope, importId);
  const run = async (...parameters: Parameters<typeof begin>) => {
    const importId = await begin(...parameters);
    await work(importId);
    return await answer(importId);
  };
  const setPrivacy = (wanted: Parameters<typeof replacePrivacy>[2]) =>
    replacePrivacy({ heads }, scope, wanted);
  const range = { fromMs: 0 as EpochMs, toMs: (START_MS + 1) as EpochMs, after: undefined, limit: 100 };
  const workouts = () => records.list(scope, 'workout', range);
  const readings = async (provider: string, metrics: readonly string[]) =>
    await writer.listStored(scope, provider, metrics, { fromMs: 0 as EpochMs, toMs: START_MS });
  return {
    ...{ storage, stores, scope, crashes, sent, tracks, asked, files, writer },
    ...{ setPrivacy, begin, work, answer, run, workouts, readings, callCountNow: () => callCount },
  };
}
