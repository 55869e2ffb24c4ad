import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** A connection that is not there after a second will not be; a request takes single milliseconds. */
const CONNECT_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 5_000;
/** Transport faults and throttling only: the SDK never repeats a cancelled transaction (ING15). */
const MAX_ATTEMPT_COUNT = 3;
const MAX_SOCKET_COUNT = 50;

/** The client of one container: connections are kept alive, region and endpoint come from the environment. */
export const createDynamoClient = (): DynamoDBClient => {
  const client = new DynamoDBClient({
    maxAttempts: MAX_ATTEMPT_COUNT,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKET_COUNT },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKET_COUNT },
    },
  });
  // It copies every input and output for a logger, also for the one that there is by default and drops them:
  // an eighth of the processor time of a read of many items.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
};
