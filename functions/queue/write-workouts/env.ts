import * as z from 'zod';

export const Env = z.object({
  STAGE: z.string().min(1),
  CORE_TABLE_NAME: z.string().min(1),
  SAMPLES_TABLE_NAME: z.string().min(1),
  VAULT_TABLE_NAME: z.string().min(1),
  WORKSPACE_KMS_KEY_ID: z.string().min(1),
  PAYLOAD_BUCKET_NAME: z.string().min(1),
});
export type Env = z.infer<typeof Env>;
