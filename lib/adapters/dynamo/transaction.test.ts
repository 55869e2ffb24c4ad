import {
  type CancellationReason,
  DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { isErased, sendTransaction } from './transaction.ts';

const client = new DynamoDBClient({ region: 'eu-central-1' });
const dynamo = mockClient(client);
beforeEach(() => dynamo.reset());

const cancelledBy = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code): CancellationReason => ({ Code })),
  });
const sendAgainst = (error: Error) => {
  dynamo.on(TransactWriteItemsCommand).rejects(error);
  return sendTransaction(client, { TransactItems: [] });
};

test.each([['ConditionalCheckFailed'], ['TransactionConflict']])(
  'ING15 %s among the reasons is a cancellation for the caller to read',
  async (code) => {
    const outcome = await sendAgainst(cancelledBy('None', code, 'ThrottlingError'));
    expect(outcome).toMatchObject({ kind: 'cancelled', reasons: [{ Code: 'None' }, { Code: code }, {}] });
  },
);

test.each(['ThrottlingError', 'ProvisionedThroughputExceeded'])(
  'ING15 %s alone is an outage',
  async (code) => {
    await expect(sendAgainst(cancelledBy('None', code))).rejects.toMatchObject({
      code: 'server.unavailable',
    });
  },
);

test('ING15 an item that DynamoDB refuses is a fault of ours', async () => {
  await expect(sendAgainst(cancelledBy('ValidationError'))).rejects.toMatchObject({
    code: 'server.internal',
  });
});

test.each([
  { name: 'ThrottlingException' },
  { name: 'TransactionInProgressException' },
  { name: 'Unheard', $fault: 'server' },
  { name: 'Error', code: 'ECONNREFUSED' },
])('ING15 %o is an outage: the ledger tells later whether it was written', async (shape) => {
  await expect(sendAgainst(Object.assign(new Error('x'), shape))).rejects.toMatchObject({
    code: 'server.unavailable',
  });
});

test('ING15 any other fault stays what it is', async () => {
  await expect(
    sendAgainst(Object.assign(new Error('x'), { name: 'ValidationException' })),
  ).rejects.toMatchObject({ name: 'ValidationException' });
});

test('ING5 a head that failed its condition is erased when it says so or is not there', () => {
  expect(isErased({ Code: 'ConditionalCheckFailed', Item: { erasedAt: { N: '1' } } })).toBe(true);
  expect(isErased({ Code: 'ConditionalCheckFailed' })).toBe(true);
  expect(isErased({ Code: 'ConditionalCheckFailed', Item: { seq: { N: '1' } } })).toBe(false);
  expect(isErased({ Code: 'TransactionConflict' })).toBe(false);
  expect(isErased({ Code: 'None' })).toBe(false);
  expect(isErased(undefined)).toBe(false);
});
