import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { PushBodies } from '../../connections/pushes/push-queue.ts';
import { isNoSuchKey, type S3, unavailable } from './payload-store.ts';

/** Only what was written here is read: a key comes from a message. */
const BODY_KEY = /^inbound\/[0-9a-f]{64}$/;

/**
 * PushBodies in a bucket, under `inbound/`, which a lifecycle rule empties after days. Whose data they hold is
 * not known when they come, so the bucket's own key seals them and no user's.
 */
export const createPushBodies = (s3: S3, bucketName: string): PushBodies => ({
  put: async (body) => {
    const bodyKey = `inbound/${createHash('sha256').update(body).digest('hex')}`;
    await s3.send(new PutObjectCommand({ Bucket: bucketName, Key: bodyKey, Body: body })).catch(unavailable);
    return bodyKey;
  },
  get: async (bodyKey) => {
    if (!BODY_KEY.test(bodyKey)) return undefined;
    try {
      const reply = await s3.send(new GetObjectCommand({ Bucket: bucketName, Key: bodyKey }));
      return await reply.Body?.transformToByteArray();
    } catch (error) {
      return isNoSuchKey(error) ? undefined : unavailable(error);
    }
  },
});
