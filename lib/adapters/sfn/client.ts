import { SFNClient } from '@aws-sdk/client-sfn';

const CONNECT_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 5_000;

/** The client of one container; region and endpoint come from the environment. */
export const createSfnClient = (): SFNClient =>
  new SFNClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
