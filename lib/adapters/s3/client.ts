import { S3Client } from '@aws-sdk/client-s3';

const CONNECT_TIMEOUT_MS = 1_000;
/** A payload of 5 MB at a modest 1 MB/s. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * The client of one container. Payloads are authenticated by their seal, so no checksum is added; a
 * presigned address would otherwise carry the checksum of the empty body that it is signed with.
 */
export const createS3Client = (): S3Client =>
  new S3Client({
    maxAttempts: 3,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
