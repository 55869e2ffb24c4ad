import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { silentLog } from '../../../lib/observability/log.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { createDescribeApiHandler } from './handler.ts';

const open = (broken: readonly string[] = []) => {
  const handler = createDescribeApiHandler({
    parts: ['core', 'samples', 'vault'].map((name) => ({
      name,
      probe: () =>
        broken.includes(name) ? Promise.reject(new Error('10.0.0.7 refused')) : Promise.resolve(),
    })),
    published: { openApi: '{"openapi":"3.1.1"}', docsHtml: '<!doctype html>' },
    settings: {
      clock: { now: () => 0 as EpochMs, sleep: async () => undefined },
      randomness: { bytes: (count) => new Uint8Array(count) },
      log: silentLog,
      meter: silentMeter,
    },
  });
  return (routeKey: string) => handler({ routeKey, headers: {} } as APIGatewayProxyEventV2, {});
};

describe('what the API says of itself', () => {
  test('P6 health is ok when every part answers', async () => {
    const answer = await open()('GET /v1/health');
    expect([answer.statusCode, answer.body]).toEqual([200, '{"status":"ok"}']);
  });

  test('P6 health names the parts that do not answer, and not why', async () => {
    const answer = await open(['vault', 'core'])('GET /v1/health');
    expect(answer.statusCode).toBe(503);
    expect(JSON.parse(answer.body ?? '')).toMatchObject({
      code: 'server.unavailable',
      detail: 'Not answering: core, vault.',
    });
    expect(answer.body).not.toContain('10.0.0.7');
  });

  test('P6 the description is sent as it was published, the page with a policy of its own', async () => {
    const description = await open()('GET /v1/openapi.json');
    expect(description.body).toBe('{"openapi":"3.1.1"}');
    const page = await open()('GET /docs');
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8' });
    expect(page.headers?.['content-security-policy']).toContain("default-src 'none'");
  });

  test('P6 whatever the gateway does not know is 404', async () => {
    const answer = await open()('$default');
    expect([answer.statusCode, JSON.parse(answer.body ?? '').code]).toEqual([404, 'request.not_found']);
  });
});
