import * as z from 'zod';

export const Env = z.object({
  STAGE: z.string().min(1),
  CORE_TABLE_NAME: z.string().min(1),
  SAMPLES_TABLE_NAME: z.string().min(1),
  VAULT_TABLE_NAME: z.string().min(1),
  PAYLOAD_BUCKET_NAME: z.string().min(1),
  WORKOUT_WRITE_QUEUE_URL: z.string().min(1),
  ACTIVITY_IMPORT_QUEUE_URL: z.string().min(1),
  WORKSPACE_KMS_KEY_ID: z.string().min(1),
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: z.string().min(1),
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: z.url().optional(),
});
export type Env = z.infer<typeof Env>;
