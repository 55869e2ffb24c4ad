import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import type { PushReceived } from '../../../contracts/commands/push-received.ts';
import type { ConnectionId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { ApplyDependencies } from '../../../lib/connections/pushes/apply-push.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import type { Log } from '../../../lib/observability/log.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { connectionOf } from '../../../test/support/connection-builders.ts';
import { directoryOf, PUSH_NOW_MS, pushStores } from '../../../test/support/push-world.ts';
import { createApplyPushHandler } from './handler.ts';

const CONNECTION = connectionOf({ provider: 'sample' });
const SCOPE = {
  workspaceId: 'ws_01kah3v5w8f0xq9d3m7t2c6e4r' as WorkspaceId,
  userId: 'usr_01kah3v5w8f0xq9d3m7t2c6e4r' as UserId,
};

function open() {
  let nowMs: number = PUSH_NOW_MS;
  const lines: { code: string; fields: object }[] = [];
  const log: Log = { write: (code, fields) => lines.push({ code, fields }) };
  const counted = new Map<string, number>();
  const woken: ConnectionId[] = [];
  const apply: ApplyDependencies = {
    providers: directoryOf(),
    bodies: pushStores().bodies,
    connections: {
      findByProviderUser: async (_provider, person) => {
        if (person === 'crowd') nowMs += 40_000;
        if (person === 'unreachable') throw new AppError('server.unavailable', 'does not answer');
        return person === 'runner' ? [{ scope: SCOPE, connectionId: CONNECTION.connectionId }] : [];
      },
      load: async () => CONNECTION,
      notePush: async () => undefined,
    },
    runs: { addToInbox: async () => undefined },
    syncs: { wake: async (_scope, connectionId) => void woken.push(connectionId) },
    payloads: { put: async () => 'key' },
  };
  const meter = {
    add: (name: string, value: number) => void counted.set(name, (counted.get(name) ?? 0) + value),
    flush: () => undefined,
  };
  const clock = { now: () => nowMs as EpochMs, sleep: async () => undefined };
  const handler = createApplyPushHandler({ apply, settings: { clock, log, meter } });
  return { handler, lines, counted, woken };
}

const record = (messageId: string, person: string, parts: Partial<PushReceived> = {}) => ({
  messageId,
  attributes: { ApproximateReceiveCount: '1' },
  body: JSON.stringify({
    provider: 'sample',
    receivedAtMs: PUSH_NOW_MS,
    headers: {},
    correlationId: 'c-1',
    body: Buffer.from(JSON.stringify([{ kind: 'record', person, id: '7' }, 'x'])).toString('base64'),
    ...parts,
  }),
});
const eventOf = (...records: unknown[]) => ({ Records: records }) as SQSEvent;

test('CON60 of a batch only the message that could not be applied comes again', async () => {
  const { handler, woken, lines } = open();
  const event = eventOf(record('1', 'runner'), record('2', 'unreachable'), record('3', 'runner'));
  expect(await handler(event, {})).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  expect(woken).toHaveLength(2);
  expect(lines.map(({ code }) => code)).toEqual([
    'PUSH_APPLIED',
    'QUEUE_MESSAGE_FAILED',
    'PUSH_APPLIED',
    'QUEUE_BATCH_COMPLETED',
  ]);
});

test('CON60 what a large notification leaves no time for comes again, and what was done does not', async () => {
  const { handler, woken } = open();
  const event = eventOf(record('1', 'runner'), record('2', 'crowd'), record('3', 'runner'));
  expect(await handler(event, {})).toEqual({ batchItemFailures: [{ itemIdentifier: '3' }] });
  expect(woken).toHaveLength(1);
});

test('CON57 a push about a stranger is done with, and counted without a name', async () => {
  const { handler, counted, lines } = open();
  expect(await handler(eventOf(record('1', 'stranger')), {})).toEqual({ batchItemFailures: [] });
  expect(Object.fromEntries(counted)).toMatchObject({
    PushItemsUnknownUser: 1,
    PushItemsUnreadable: 1,
    PushItemsIgnored: 0,
  });
  expect(JSON.stringify(lines)).not.toContain('stranger');
});
