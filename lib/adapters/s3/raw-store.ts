import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { type RawStore, rawKeyOf } from '../../connections/syncs/raw-store.ts';
import { mapBounded } from '../../core/map-bounded.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import { open, seal } from '../sealing/sealing.ts';
import { isNoSuchKey, type PayloadStoreDependencies, unavailable } from './payload-store.ts';

/** Everything kept of a user lies under this; a lifecycle rule empties it after RAW_KEPT_DAYS. */
export const rawObjectName = ({ workspaceId, userId }: UserScope, rawKey: string): string =>
  `raw/${workspaceId}/${userId}/${rawKey}`;

const DELETES_AT_ONCE_COUNT = 20;

/** RawStore in a bucket: sealed under the user's data key, with the object's name as associated data. */
export const createRawStore = (deps: PayloadStoreDependencies): RawStore => ({
  put: async (scope, place, body) => {
    const rawKey = rawKeyOf(place);
    await putSealed(deps, scope, rawKey, body);
    return rawKey;
  },
  get: (scope, rawKey) => getOpened(deps, scope, rawKey),
  list: async (scope, { connectionId, date }, { after, limit }) =>
    listKeys(deps, scope, { folder: `${connectionId}/${date}/`, after, limit }),
  removeAll: async (scope, connectionId) => {
    for (;;) {
      const keys = await listKeys(deps, scope, {
        folder: `${connectionId}/`,
        after: undefined,
        limit: 1_000,
      });
      if (keys.length === 0) return;
      await mapBounded(keys, DELETES_AT_ONCE_COUNT, (rawKey) =>
        deps.s3
          .send(new DeleteObjectCommand({ Bucket: deps.bucketName, Key: rawObjectName(scope, rawKey) }))
          .catch(unavailable),
      );
    }
  },
});

async function putSealed(
  { s3, bucketName, dataKeys, randomness }: PayloadStoreDependencies,
  scope: UserScope,
  rawKey: string,
  body: Uint8Array,
): Promise<void> {
  const key = await dataKeys.load(scope);
  if (key === undefined) throw new AppError('user.not_found', 'the user is gone');
  const name = rawObjectName(scope, rawKey);
  const sealed = seal(body, key, name, randomness);
  await s3.send(new PutObjectCommand({ Bucket: bucketName, Key: name, Body: sealed })).catch(unavailable);
}

async function getOpened(
  { s3, bucketName, dataKeys }: PayloadStoreDependencies,
  scope: UserScope,
  rawKey: string,
): Promise<Uint8Array | undefined> {
  const name = rawObjectName(scope, rawKey);
  const key = await dataKeys.load(scope);
  if (key === undefined) return undefined;
  try {
    const reply = await s3.send(new GetObjectCommand({ Bucket: bucketName, Key: name }));
    const sealed = await reply.Body?.transformToByteArray();
    return sealed === undefined ? undefined : open(sealed, key, name);
  } catch (error) {
    return isNoSuchKey(error) ? undefined : unavailable(error);
  }
}

async function listKeys(
  { s3, bucketName }: PayloadStoreDependencies,
  scope: UserScope,
  page: { readonly folder: string; readonly after: string | undefined; readonly limit: number },
): Promise<readonly string[]> {
  const root = rawObjectName(scope, '');
  const { after } = page;
  const reply = await s3
    .send(
      new ListObjectsV2Command({
        Bucket: bucketName,
        Prefix: root + page.folder,
        MaxKeys: page.limit,
        ...(after === undefined ? {} : { StartAfter: root + after }),
      }),
    )
    .catch(unavailable);
  return (reply.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(root.length)]));
}
