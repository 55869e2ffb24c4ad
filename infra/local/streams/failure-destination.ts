import { randomUUID } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ParkedBatch } from './deliver-batch.ts';

export interface FailureDestination {
  readonly bucketArn: string;
  readonly mappingId: string;
  readonly shardId: string;
  readonly streamArn: string;
  readonly functionArn: string;
}

/** Writes the batch with its records as Lambda does for an S3 destination: one object, the whole event in it. */
export async function writeFailure(
  s3: Pick<S3Client, 'send'>,
  destination: FailureDestination,
  { reason, records, invokeCount, requestId }: ParkedBatch,
): Promise<void> {
  const { bucketArn, mappingId, shardId, streamArn, functionArn } = destination;
  const now = new Date().toISOString();
  const day = now.slice(0, 10);
  const time = now.slice(11, 19).replaceAll(':', '.');
  const sequence = (index: number): string | undefined => records.at(index)?.dynamodb.SequenceNumber;
  const body = {
    requestContext: { requestId, functionArn, condition: reason, approximateInvokeCount: invokeCount },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: now,
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: sequence(0),
      endSequenceNumber: sequence(-1),
      batchSize: records.length,
      streamArn,
    },
    payload: JSON.stringify({ Records: records }),
  };
  await s3.send(
    new PutObjectCommand({
      Bucket: bucketArn.slice(bucketArn.lastIndexOf(':') + 1),
      Key: `aws/lambda/${mappingId}/${shardId}/${day.replaceAll('-', '/')}/${day}T${time}-${randomUUID()}`,
      Body: JSON.stringify(body),
      ContentType: 'application/json',
    }),
  );
}
