import { join } from 'node:path';
import type { FunctionDeclaration } from '../assembly/declared.ts';
import type { Place } from '../assembly/resolver.ts';
import type { Layout } from '../data-directory/layout.ts';

/** Addresses of the parts. Only these tell a function that it does not run on AWS (P6). */
export interface Endpoints {
  readonly dynamodb: string;
  /** SQS and S3. */
  readonly queues: string;
  /** KMS, EventBridge, Cognito, Step Functions and Secrets Manager. */
  readonly services: string;
}

/** What AWS's own variables say, for functions and for the commands that the local cloud runs itself. */
export const awsEnvironment = (
  endpoints: Endpoints,
  place: Place,
  layout: Layout,
): Record<string, string> => ({
  AWS_REGION: place.region,
  AWS_DEFAULT_REGION: place.region,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  // The user's own profiles must not leak in.
  AWS_CONFIG_FILE: join(layout.directory, 'no-aws-config'),
  AWS_SHARED_CREDENTIALS_FILE: join(layout.directory, 'no-aws-credentials'),
  AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
  AWS_ENDPOINT_URL_SQS: endpoints.queues,
  AWS_ENDPOINT_URL_S3: endpoints.queues,
  AWS_ENDPOINT_URL_KMS: endpoints.services,
  AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.services,
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: endpoints.services,
  AWS_ENDPOINT_URL_SFN: endpoints.services,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.services,
});

/** The template's variables and those that Lambda sets by itself. */
export const functionEnvironment = (
  declaration: FunctionDeclaration,
  aws: Readonly<Record<string, string>>,
): Record<string, string> => ({
  ...aws,
  ...declaration.environment,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: declaration.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(declaration.memoryMiB),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${declaration.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  LANG: 'en_US.UTF-8',
  NODE_NO_WARNINGS: '1',
});
