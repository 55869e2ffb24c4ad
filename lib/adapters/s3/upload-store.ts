import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Clock } from '../../core/clock.ts';
import { type EpochMs, SECOND_MS } from '../../core/instants.ts';
import type { UserScope } from '../../samples/model.ts';
import type { UploadReader, UploadSigner } from '../../samples/upload-store.ts';
import { isNoSuchKey, type S3, unavailable } from './payload-store.ts';

/** Long enough for 5 MB over a poor mobile line, short enough for an address that is a credential. */
const EXPIRY_SEC = 900;

/** Under the user's own prefix, so that an upload id of another user names nothing (ING13). */
export const uploadObjectName = ({ workspaceId, userId }: UserScope, uploadId: string): string =>
  `uploads/${workspaceId}/${userId}/${uploadId}`;

/** UploadSigner for a bucket: content type and object name are signed. Needs the whole client's settings. */
export const createUploadSigner = (s3: S3Client, bucketName: string, clock: Clock): UploadSigner => ({
  sign: async (scope, uploadId, contentType) => {
    const put = new PutObjectCommand({
      Bucket: bucketName,
      Key: uploadObjectName(scope, uploadId),
      ContentType: contentType,
    });
    const url = await getSignedUrl(s3, put, {
      expiresIn: EXPIRY_SEC,
      signableHeaders: new Set(['content-type']),
    });
    const expiresAtMs = (clock.now() + EXPIRY_SEC * SECOND_MS) as EpochMs;
    return { url, headers: { 'content-type': contentType }, expiresAtMs };
  },
});

/** UploadReader for a bucket: the size is looked at before the body is read. */
export const createUploadReader = (s3: S3, bucketName: string): UploadReader => ({
  read: async (scope, uploadId, maxBytes) => {
    try {
      const reply = await s3.send(
        new GetObjectCommand({ Bucket: bucketName, Key: uploadObjectName(scope, uploadId) }),
      );
      const sizeBytes = reply.ContentLength ?? Number.POSITIVE_INFINITY;
      if (sizeBytes > maxBytes) {
        await reply.Body?.transformToWebStream().cancel();
        return { kind: 'too_large', sizeBytes };
      }
      const body = (await reply.Body?.transformToByteArray()) ?? new Uint8Array();
      return { kind: 'found', body, contentType: reply.ContentType };
    } catch (error) {
      return isNoSuchKey(error) ? { kind: 'absent' } : unavailable(error);
    }
  },
});
