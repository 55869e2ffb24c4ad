import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { mapBounded } from '../../core/map-bounded.ts';
import { type S3, unavailable } from './payload-store.ts';

const DELETES_AT_ONCE_COUNT = 20;

/**
 * Removes every object whose name begins with `prefix`, which ends with a slash, so that no name is the beginning
 * of another's; answers how many. Each page is removed before the next is asked for, and a list goes on after a
 * key, whether it is still there or not. A repeat removes nothing. `server.unavailable`.
 */
export async function removeUnder(s3: S3, bucketName: string, prefix: string): Promise<number> {
  let removedCount = 0;
  for await (const keys of pagesUnder(s3, bucketName, prefix)) {
    await mapBounded(keys, DELETES_AT_ONCE_COUNT, (Key) =>
      s3.send(new DeleteObjectCommand({ Bucket: bucketName, Key })).catch(unavailable),
    );
    removedCount += keys.length;
  }
  return removedCount;
}

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
