import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import { decodeTrack, encodeTrack } from '../../workouts/tracks/track-codec.ts';
import type { TrackStore } from '../../workouts/tracks/track-store.ts';
import { open, seal } from '../sealing/sealing.ts';
import { type PayloadStoreDependencies, readObject, unavailable } from './payload-store.ts';
import { removeUnder } from './remove-under.ts';

/** Tracks lie under the user's own prefix (ING13) and have no expiry: they go with the provider or the user. */
export const trackObjectName = ({ workspaceId, userId }: UserScope, objectKey: string): string =>
  `tracks/${workspaceId}/${userId}/${objectKey}`;

/** Providers' names have no slash. */
const keyOf = (provider: string, hash: string): string => `${provider}/${hash}`;

/** TrackStore in a bucket: an object's key ends with the hash of what it holds, and its name is sealed with it. */
export const createTrackStore = (dependencies: PayloadStoreDependencies): TrackStore => ({
  put: async (scope, provider, track) => {
    const { s3, bucketName, dataKeys, randomness } = dependencies;
    const key = await dataKeys.load(scope);
    if (key === undefined) throw new AppError('user.not_found', 'the user is gone');
    const bytes = encodeTrack(track);
    const objectKey = keyOf(provider, createHash('sha256').update(bytes).digest('hex').slice(0, 40));
    const name = trackObjectName(scope, objectKey);
    await s3
      .send(new PutObjectCommand({ Bucket: bucketName, Key: name, Body: seal(bytes, key, name, randomness) }))
      .catch(unavailable);
    return objectKey;
  },
  get: async (scope, objectKey) => {
    const { s3, bucketName, dataKeys } = dependencies;
    const name = trackObjectName(scope, objectKey);
    const [sealed, key] = await Promise.all([readObject(s3, bucketName, name), dataKeys.load(scope)]);
    return sealed === undefined || key === undefined ? undefined : decodeTrack(open(sealed, key, name));
  },
  removeAll: async (scope, provider) => {
    const { s3, bucketName } = dependencies;
    await removeUnder(s3, bucketName, trackObjectName(scope, keyOf(provider, '')));
  },
});
