import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';

/** Asks whether the bucket is there, and for none of its objects. */
export const createBucketProbe =
  (s3: Pick<S3Client, 'send'>, bucket: string) =>
  async (abortSignal: AbortSignal): Promise<void> => {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal });
  };
