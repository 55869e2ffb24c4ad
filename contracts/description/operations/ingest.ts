import * as z from 'zod';
import {
  IngestQueuedAnswer,
  IngestSamplesAnswer,
  IngestSamplesRequest,
  IngestUploadRequest,
} from '../../http/ingest-samples.ts';
import type { Operation } from '../../http/routes.ts';
import { CreateUploadAnswer, CreateUploadRequest } from '../../http/uploads.ts';
import type { OperationDoc } from '../operation-doc.ts';

const COUNTS = {
  accepted: 2,
  updated: 0,
  duplicate: 0,
  superseded: 0,
  deleted: 0,
  notFound: 0,
  refused: 0,
};

const BATCH = {
  requestId: 'phone-1.2026-11-21.42',
  origin: 'live',
  sources: { watch: { provider: 'apple_health', device: { model: 'Watch9,1', type: 'watch' } } },
  samples: [
    {
      source: 'watch',
      metric: 'heart_rate',
      start: '2026-11-21T13:00:00-05:00',
      value: 61,
      unit: 'bpm',
      recordId: 'E5B1',
    },
    {
      source: 'watch',
      metric: 'steps',
      start: '2026-11-21T13:00:00-05:00',
      end: '2026-11-21T13:01:00-05:00',
      value: 112,
      unit: 'count',
    },
  ],
};

export const INGEST_OPERATIONS = {
  ingestSamples: {
    group: 'Ingestion',
    summary: 'Store, replace and delete samples, exactly once',
    description:
      'Up to 500 samples and deletions together, and 1 MB, are answered at once; up to 10,000 are queued: repeat the same request after `retryAfterMs` for the final answer. A repeat of a request id with the same payload gets the stored answer byte for byte, for 30 days. A bad sample refuses itself alone: 207, with its index and the reason. gzip is taken. `{userId}` may be `me` with a user token.',
    body: { schema: z.union([IngestSamplesRequest, IngestUploadRequest]), example: BATCH },
    answers: {
      200: {
        description: 'All taken',
        schema: IngestSamplesAnswer,
        example: { requestId: BATCH.requestId, seq: 17, counts: COUNTS, refused: [] },
      },
      202: {
        description: 'Queued: repeat the request for its answer',
        schema: IngestQueuedAnswer,
        example: { requestId: BATCH.requestId, status: 'queued', retryAfterMs: 2000 },
      },
      207: {
        description: 'Some samples refused, the others taken',
        schema: IngestSamplesAnswer,
        example: {
          requestId: BATCH.requestId,
          seq: 17,
          counts: { ...COUNTS, accepted: 1, refused: 1 },
          refused: [{ index: 1, reason: 'unknown_unit', message: 'steps does not take the unit "kcal"' }],
        },
      },
    },
    problems: [
      'request.too_many_items',
      'ingest.hash_mismatch',
      'ingest.unknown_source',
      'ingest.payload_conflict',
      'ingest.upload_disabled',
      'ingest.upload_not_found',
      'ingest.contention',
    ],
  },
  createUpload: {
    group: 'Ingestion',
    summary: 'Get an address to upload a large payload to',
    description:
      'PUT the file, which is the body of a batch-upsert, to `url` with `headers` before `expiresAt`; then send a batch-upsert `{requestId, upload: uploadId}`. The body may be left out.',
    body: { schema: CreateUploadRequest, example: { contentType: 'application/json' }, required: false },
    answers: {
      201: {
        description: 'The address',
        schema: CreateUploadAnswer,
        example: {
          uploadId: 'upl_01kah3v5w8f0xq9d3m7t2c6e4r',
          url: 'https://payloads.example.com/uploads/upl_01kah3v5w8f0xq9d3m7t2c6e4r?X-Amz-Signature=0a1b',
          headers: { 'content-type': 'application/json' },
          expiresAt: '2026-11-21T13:15:00.000Z',
        },
      },
    },
    problems: ['ingest.upload_disabled'],
  },
} as const satisfies Partial<Record<Operation, OperationDoc>>;
