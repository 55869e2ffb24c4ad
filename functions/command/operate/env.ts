import * as z from 'zod';

/** Everything that some command needs; each asks for its own part. */
export const Env = z.object({
  STAGE: z.string().min(1),
  CORE_TABLE_NAME: z.string().min(1),
  SAMPLES_TABLE_NAME: z.string().min(1),
  VAULT_TABLE_NAME: z.string().min(1),
  WORKSPACE_KMS_KEY_ID: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  PROVIDER_SECRET_ARN: z.string().min(1),
  PUBLIC_URL: z.url(),
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: z.string().min(1),
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: z.url().optional(),
});
export type Env = z.infer<typeof Env>;

export const BootstrapEnv = Env.pick({
  CORE_TABLE_NAME: true,
  VAULT_TABLE_NAME: true,
  WORKSPACE_KMS_KEY_ID: true,
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: true,
}).extend({
  USER_POOL_ID: Env.shape.USER_POOL_ID.optional(),
  USER_POOL_CLIENT_ID: Env.shape.USER_POOL_CLIENT_ID.optional(),
});
export const RebuildEnv = Env.pick({
  CORE_TABLE_NAME: true,
  SAMPLES_TABLE_NAME: true,
  VAULT_TABLE_NAME: true,
  WORKSPACE_KMS_KEY_ID: true,
});
export const ReplayEnv = Env.pick({
  CORE_TABLE_NAME: true,
  VAULT_TABLE_NAME: true,
  WORKSPACE_KMS_KEY_ID: true,
  EVENT_BUS_NAME: true,
});
export const SubscribeEnv = Env.pick({ PROVIDER_SECRET_ARN: true, PUBLIC_URL: true });
export const DeadLetterEnv = Env.pick({ STAGE: true });
