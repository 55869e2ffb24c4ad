import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createS3Client } from '../../lib/adapters/s3/client.ts';
import { createTrackStore, trackObjectName } from '../../lib/adapters/s3/track-store.ts';
import { createUserObjects } from '../../lib/adapters/s3/user-objects.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import type { Track } from '../../lib/workouts/tracks/track.ts';
import { encodeTrack } from '../../lib/workouts/tracks/track-codec.ts';
import {
  type ObjectAndQueueEngine,
  startObjectAndQueueEngine,
} from '../support/engines/object-and-queue-engine.ts';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

const BUCKET = 'payloads';
const TRACK: Track = {
  timesMs: [1_780_000_000_000 as EpochMs, 1_780_000_005_000 as EpochMs],
  latitudes: [58.9591828, 58.9588145],
  longitudes: [5.7288368, 5.7298341],
  altitudesM: [55, null],
};
let engine: ObjectAndQueueEngine;
let s3: S3Client;
let stores: Stores;
beforeAll(async () => {
  engine = await startObjectAndQueueEngine();
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', engine.endpoint);
  s3 = createS3Client();
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  stores = createStores(await openSimulatedStorage(), manualClock());
});
afterAll(async () => {
  s3?.destroy();
  await engine?.stop();
});

const trackStore = () =>
  createTrackStore({ s3, bucketName: BUCKET, dataKeys: stores.vault, randomness: seededRandomness(5) });

test('ACT10 a track comes back to its user alone, lies sealed, and is one object however often it is put', async () => {
  const scope = await stores.createUser();
  const tracks = trackStore();
  const key = await tracks.put(scope, 'file', TRACK);
  expect(await tracks.put(scope, 'file', TRACK)).toBe(key);
  expect(await tracks.get(scope, key)).toEqual(TRACK);
  const name = trackObjectName(scope, key);
  const lying = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: name }));
  const bytes = Buffer.from((await lying.Body?.transformToByteArray()) ?? []);
  expect(bytes.includes(Buffer.from(encodeTrack(TRACK)))).toBe(false);
  expect(await tracks.get(scope, 'nothing')).toBeUndefined();
  expect(await tracks.get(await stores.createUserIn(scope.workspaceId), key)).toBeUndefined();
});

test('ACT10 the tracks of an erased user go with all that lies under the user, and of no other', async () => {
  const scope = await stores.createUser();
  const other = await stores.createUserIn(scope.workspaceId);
  const tracks = trackStore();
  await tracks.put(scope, 'file', TRACK);
  const kept = await tracks.put(other, 'file', TRACK);
  expect(await createUserObjects(s3, BUCKET).removeAll(scope)).toBe(1);
  const left = await s3.send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: trackObjectName(scope, '') }),
  );
  expect(left.Contents ?? []).toEqual([]);
  expect(await tracks.get(other, kept)).toEqual(TRACK);
});

test('ACT10 the tracks of a provider go with it, and those of others stay', async () => {
  const scope = await stores.createUser();
  const other = await stores.createUserIn(scope.workspaceId);
  const tracks = trackStore();
  const gone = await tracks.put(scope, 'garmin', TRACK);
  const kept = [await tracks.put(scope, 'garmin.files', TRACK), await tracks.put(scope, 'file', TRACK)];
  const ofOther = await tracks.put(other, 'garmin', TRACK);
  for (let time = 0; time < 2; time += 1) await tracks.removeAll(scope, 'garmin');
  expect(await tracks.get(scope, gone)).toBeUndefined();
  for (const key of kept) expect(await tracks.get(scope, key)).toEqual(TRACK);
  expect(await tracks.get(other, ofOther)).toEqual(TRACK);
});
