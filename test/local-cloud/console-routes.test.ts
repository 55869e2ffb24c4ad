import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createConsoleRoutes } from '../../infra/local/console/routes.ts';

test('a request target that is no URL is left to the gateway', async () => {
  const routes = await createConsoleRoutes({
    apiUrl: 'http://127.0.0.1:1',
    apiKey: 'hw_test_none',
    simulatorUrl: undefined,
    recentEvents: () => [],
    queueStates: async () => [],
    totals: () => ({
      streamRecords: 0,
      publishedEvents: 0,
      queueSends: 0,
      queueReceives: 0,
      queueRedeliveries: 0,
      queueDeletions: 0,
      stateTransitions: 0,
    }),
  });
  const response = {} as ServerResponse;
  for (const url of ['//[', '//', 'http://x:y/', '/v1/health']) {
    const request = { url, method: 'GET', headers: { host: '127.0.0.1' } } as IncomingMessage;
    expect(await routes.handle(request, response)).toBe(false);
  }
});
