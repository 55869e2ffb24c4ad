import * as z from 'zod';
import { InstantText } from '../primitives/time.ts';

export const UploadContentType = z.enum(['application/json', 'application/gzip']);

export const CreateUploadRequest = z
  .strictObject({ contentType: UploadContentType.default('application/json') })
  .meta({ id: 'CreateUploadRequest' });
export type CreateUploadRequest = z.infer<typeof CreateUploadRequest>;

/** PUT the file to `url` with `headers` before `expiresAt`, then send a batch-upsert that names it. */
export const CreateUploadAnswer = z
  .object({
    uploadId: z.string(),
    url: z.url(),
    headers: z.record(z.string(), z.string()),
    expiresAt: InstantText,
  })
  .meta({ id: 'Upload' });
export type CreateUploadAnswer = z.infer<typeof CreateUploadAnswer>;
