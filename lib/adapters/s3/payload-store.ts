import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { PayloadStore } from '../../samples/sample-store.ts';
import type { DataKeys } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';

/** What is used of S3. */
export type S3 = Pick<S3Client, 'send'>;

export interface PayloadStoreDependencies {
  readonly s3: S3;
  readonly bucketName: string;
  readonly dataKeys: DataKeys;
  readonly randomness: Randomness;
}

/** Every object of a user lies under the user's own prefix, whatever a key says (ING13). */
export const payloadObjectName = ({ workspaceId, userId }: UserScope, payloadKey: string): string =>
  `payloads/${workspaceId}/${userId}/${payloadKey}`;

/**
 * PayloadStore in a bucket: sealed under the user's data key, with the object's name as associated data.
 * For a user without a key, `get` finds nothing and `put` is user.not_found: the user was erased.
 */
export const createPayloadStore = (dependencies: PayloadStoreDependencies): PayloadStore => ({
  put: async (scope, payloadKey, body) => {
    const { s3, bucketName, dataKeys, randomness } = dependencies;
    const key = await dataKeys.load(scope);
    if (key === undefined) throw new AppError('user.not_found', 'the user is gone');
    const name = payloadObjectName(scope, payloadKey);
    await s3
      .send(new PutObjectCommand({ Bucket: bucketName, Key: name, Body: seal(body, key, name, randomness) }))
      .catch(unavailable);
  },
  get: async (scope, payloadKey) => {
    const { s3, bucketName, dataKeys } = dependencies;
    const name = payloadObjectName(scope, payloadKey);
    const [sealed, key] = await Promise.all([readObject(s3, bucketName, name), dataKeys.load(scope)]);
    return sealed === undefined || key === undefined ? undefined : open(sealed, key, name);
  },
});

/** Undefined when there is no such object. */
export async function readObject(s3: S3, bucketName: string, name: string): Promise<Uint8Array | undefined> {
  try {
    const reply = await s3.send(new GetObjectCommand({ Bucket: bucketName, Key: name }));
    return await reply.Body?.transformToByteArray();
  } catch (error) {
    if (isNoSuchKey(error)) return undefined;
    return unavailable(error);
  }
}

export const isNoSuchKey = (error: unknown): boolean => error instanceof Error && error.name === 'NoSuchKey';

export function unavailable(cause: unknown): never {
  throw new AppError('server.unavailable', 'the payload store did not answer', { cause, retryAfterSec: 1 });
}
