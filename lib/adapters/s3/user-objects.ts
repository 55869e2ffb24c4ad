import type { UserObjects } from '../../users/remove-leftovers.ts';
import { payloadObjectName, type S3 } from './payload-store.ts';
import { rawObjectName } from './raw-store.ts';
import { removeUnder } from './remove-under.ts';
import { trackObjectName } from './track-store.ts';
import { uploadObjectName } from './upload-store.ts';

/** UserObjects in a bucket: what lies under the user's four prefixes, page by page. */
export const createUserObjects = (s3: S3, bucketName: string): UserObjects => ({
  removeAll: async (scope) => {
    let removedCount = 0;
    for (const nameOf of [payloadObjectName, uploadObjectName, rawObjectName, trackObjectName])
      removedCount += await removeUnder(s3, bucketName, nameOf(scope, ''));
    return removedCount;
  },
});
