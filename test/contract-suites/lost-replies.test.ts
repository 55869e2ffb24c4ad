import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDynamoClient } from '../../lib/adapters/dynamo/client.ts';
import { type DynamoEngine, dynamoEngineKinds } from '../support/engines/dynamo-engines.ts';
import { type ReplyLosingProxy, startReplyLosingProxy } from '../support/engines/reply-losing-proxy.ts';
import {
  answeredRow,
  blockRef,
  commitOf,
  createStores,
  emptyHead,
  manualClock,
  requestId,
  type Stores,
  storedBlock,
} from './store-fixtures.ts';

/** The client that is deployed, with its own attempts, over a network that loses replies. */
describe.each(dynamoEngineKinds)('lost replies of $name', (kind) => {
  if (kind.unavailable !== undefined) return test.skip(kind.unavailable, () => undefined);
  let engine: DynamoEngine;
  let proxy: ReplyLosingProxy;
  let client: DynamoDBClient;
  let stores: Stores;
  beforeAll(async () => {
    engine = await kind.start();
    proxy = await startReplyLosingProxy(engine.endpoint);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', proxy.endpoint);
    client = createDynamoClient();
    stores = createStores({ dynamo: client, tables: engine.tables }, manualClock());
    await stores.createUser();
  });
  afterAll(async () => {
    client?.destroy();
    await proxy?.stop();
    await engine?.stop();
  });
  const commit = commitOf(emptyHead, 'r1', [storedBlock()]);

  test('ING6 the client sends a transaction again under its token, and it is committed once', async () => {
    const scope = await stores.createUser();
    const before = proxy.lostCount();
    proxy.loseReplies('TransactWriteItems', 2);
    expect(await stores.samples.commit(scope, commit)).toBe('committed');
    expect(proxy.lostCount() - before).toBe(2);
    const after = await stores.samples.load(scope, requestId('r1'), [blockRef()]);
    expect([after.head?.seq, after.ledger]).toEqual([1, answeredRow()]);
    expect(after.blocks.values().next().value).toEqual(storedBlock());
  });

  test('ING6 when every reply is lost the caller is told to come again, and then finds the answer', async () => {
    const scope = await stores.createUser();
    proxy.loseReplies('TransactWriteItems', 3);
    await expect(stores.samples.commit(scope, commit)).rejects.toMatchObject({ code: 'server.unavailable' });
    const after = await stores.samples.load(scope, requestId('r1'), [blockRef()]);
    expect([after.head?.seq, after.ledger]).toEqual([1, answeredRow()]);
    expect(await stores.samples.commit(scope, commit)).toBe('conflict');
  });

  test('ING1 reads whose replies are lost are made again', async () => {
    const scope = await stores.createUser();
    await stores.samples.commit(scope, commit);
    proxy.loseReplies('BatchGetItem', 2);
    expect((await stores.samples.load(scope, requestId('r1'), [blockRef()])).blocks.size).toBe(1);
  });
});
