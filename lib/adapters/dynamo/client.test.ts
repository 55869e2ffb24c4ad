import { expect, test } from 'vitest';
import { createDynamoClient } from './client.ts';

test('nothing copies what is sent and answered for a logger that nobody reads', () => {
  const steps = createDynamoClient().middlewareStack.identify();
  expect(steps.join('\n')).toContain('retryMiddleware');
  expect(steps.join('\n')).not.toContain('loggerMiddleware');
});
