import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { mapBounded } from '../../core/map-bounded.ts';
import type { UserObjects } from '../../users/remove-leftovers.ts';
import { payloadObjectName, type S3, unavailable } from './payload-store.ts';
import { rawObjectName } from './raw-store.ts';
import { trackObjectName } from './track-store.ts';
import { uploadObjectName } from './upload-store.ts';

const DELETES_AT_ONCE_COUNT = 20;

/**
 * UserObjects in a bucket: what lies under the user's four prefixes, page by page. Each page is removed before
 * the next is asked for, and a list goes on after a key, whether it is still there or not.
 */
export const createUserObjects = (s3: S3, bucketName: string): UserObjects => ({
  removeAll: async (scope) => {
    let removedCount = 0;
    for (const prefix of [
      payloadObjectName(scope, ''),
      uploadObjectName(scope, ''),
      rawObjectName(scope, ''),
      trackObjectName(scope, ''),
    ]) {
      for await (const keys of pagesUnder(s3, bucketName, prefix)) {
        await mapBounded(keys, DELETES_AT_ONCE_COUNT, (Key) =>
          s3.send(new DeleteObjectCommand({ Bucket: bucketName, Key })).catch(unavailable),
        );
        removedCount += keys.length;
      }
    }
    return removedCount;
  },
});

/** Prefixes end with a slash, so that no user's name is the beginning of another's. */
async function* pagesUnder(s3: S3, bucketName: string, prefix: string): AsyncGenerator<readonly string[]> {
  let token: string | undefined;
  do {
    const reply = await s3
      .send(
        new ListObjectsV2Command({
          Bucket: bucketName,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )
      .catch(unavailable);
    yield (reply.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    token = reply.NextContinuationToken;
  } while (token !== undefined);
}
