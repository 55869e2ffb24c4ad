import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { silentLog } from '../../../lib/observability/log.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import type { Clients, Platform } from '../../_platform/platform.ts';
import { createDescribeApiHandler } from './handler.ts';
import { wire } from './wiring.ts';

const ENV = {
  STAGE: 'dev',
  CORE_TABLE_NAME: 'core-table',
  SAMPLES_TABLE_NAME: 'samples-table',
  VAULT_TABLE_NAME: 'vault-table',
  WORKSPACE_KMS_KEY_ID: 'key-1',
  EVENT_BUS_NAME: 'bus-1',
  PAYLOAD_BUCKET_NAME: 'bucket-1',
  LARGE_INGEST_QUEUE_URL: 'http://queue-1',
};

/** Health's name of each part, and the resource that it asks for. */
const PARTS = [
  ['core', 'core-table'],
  ['samples', 'samples-table'],
  ['vault', 'vault-table'],
  ['workspace-key', 'key-1'],
  ['events', 'bus-1'],
  ['payloads', 'bucket-1'],
  ['large-ingests', 'http://queue-1'],
] as const;

/** AWS as far as health asks it; calls that name a resource in `down` are refused. */
function open(down: readonly string[] = [], state = 'Enabled') {
  const asked: string[] = [];
  const send = async ({ input }: { readonly input: object }): Promise<object> => {
    const resource = String(Object.values(input).find((value) => typeof value === 'string'));
    asked.push(resource);
    if (down.includes(resource)) throw new Error('10.0.0.7 refused');
    return { Table: { TableStatus: 'ACTIVE' }, KeyMetadata: { KeyState: state } };
  };
  const platform: Platform = {
    client: () => ({ send }) as unknown as Clients[keyof Clients] as never,
    clock: { now: () => 0 as EpochMs, sleep: () => new Promise(() => undefined) },
    randomness: { bytes: (count) => new Uint8Array(count) },
    log: silentLog,
    meter: silentMeter,
  };
  const published = { openApi: '{"openapi":"3.1.1"}', docsHtml: '<!doctype html>' };
  const handler = createDescribeApiHandler(wire(ENV, platform, published));
  const call = (routeKey: string) => handler({ routeKey, headers: {} } as APIGatewayProxyEventV2, {});
  return { call, asked };
}

describe('what the API says of itself', () => {
  test('P6 health is ok when every part answers, and each is asked', async () => {
    const { call, asked } = open();
    const answer = await call('GET /v1/health');
    expect([answer.statusCode, answer.body]).toEqual([200, '{"status":"ok"}']);
    expect(asked).toEqual(PARTS.map(([, resource]) => resource));
  });

  test.each(PARTS)(
    'P6 health is 503 and names %s when it does not answer, and not why',
    async (name, part) => {
      const answer = await open([part]).call('GET /v1/health');
      expect(answer.statusCode).toBe(503);
      expect(JSON.parse(answer.body ?? '')).toMatchObject({
        code: 'server.unavailable',
        detail: `Not answering: ${name}.`,
      });
      expect(answer.body).not.toContain('10.0.0.7');
    },
  );

  test.each(['Disabled', 'PendingDeletion', 'Unavailable'])(
    'P6 a key that is %s is a part that is down',
    async (state) => {
      const answer = await open([], state).call('GET /v1/health');
      expect(JSON.parse(answer.body ?? '')).toMatchObject({
        status: 503,
        detail: 'Not answering: workspace-key.',
      });
    },
  );

  test('P6 the description is sent as it was published, the page with a policy of its own', async () => {
    const { call } = open();
    expect((await call('GET /v1/openapi.json')).body).toBe('{"openapi":"3.1.1"}');
    const page = await call('GET /docs');
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8' });
    expect(page.headers?.['content-security-policy']).toContain("default-src 'none'");
  });

  test('P6 whatever the gateway does not know is 404', async () => {
    const answer = await open().call('$default');
    expect([answer.statusCode, JSON.parse(answer.body ?? '').code]).toEqual([404, 'request.not_found']);
  });
});
