import { expect, test } from 'vitest';
import type { UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import { classifyRecord } from '../../outbox/classify-record.ts';
import { toEvents } from '../../outbox/to-event.ts';
import type { LogAnnouncement } from '../../sync/model.ts';
import { N, S } from './dynamo.ts';
import { parseOutboxItem } from './outbox-item.ts';

const scope = {
  workspaceId: 'ws_01j9z3k4m5n6p7q8r9s0t1v2w3' as WorkspaceId,
  userId: 'usr_01j9z3k4m5n6p7q8r9s0t1v2w4' as UserId,
};
const announcement: LogAnnouncement = {
  seq: 17,
  committedAtMs: 1_795_284_180_000 as EpochMs,
  originDeviceId: 'phone-1',
  correlationId: 'c-1',
  changes: [
    { type: 'goals', id: '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22', op: 'delete', version: 5 },
    { type: 'settings', id: 'me', op: 'upsert', version: 2 },
  ],
};
const KEYS = { pk: S(`W#${scope.workspaceId}#U#${scope.userId}`), sk: S('ENTITYLOG#000000000017') };
/** As entity-log-item.ts writes it, and a stream hands it on. */
const IMAGE = {
  ...KEYS,
  seq: N(17),
  committedAt: N(announcement.committedAtMs),
  correlationId: S('c-1'),
  origin: S('phone-1'),
  changes: S(
    JSON.stringify(announcement.changes.map(({ type, id, op, version }) => [type, id, op, version])),
  ),
  rows: { B: 'c2VhbGVk' },
};
const recordOf = (NewImage: Record<string, unknown>) => ({
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: '100', Keys: KEYS, NewImage },
});

test('SYN11 a commit of devices becomes its event: rows by name and version, never a value', () => {
  const record = classifyRecord(recordOf(JSON.parse(JSON.stringify(IMAGE))), parseOutboxItem);
  if (record.kind !== 'change') return expect.fail(record.kind);
  expect(record).toMatchObject({ scope, entry: { kind: 'sync', ...announcement } });
  expect(toEvents(record.scope, record.entry)).toEqual([
    {
      type: 'sync.changed.v1',
      detail: {
        id: expect.stringMatching(/^[0-9a-z]{52}$/),
        ...scope,
        seq: 17,
        correlationId: 'c-1',
        committedAtMs: 1_795_284_180_000,
        originDeviceId: 'phone-1',
        changes: [
          { entityType: 'goals', id: '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22', op: 'delete', version: 5 },
          { entityType: 'settings', id: 'me', op: 'upsert', version: 2 },
        ],
      },
    },
  ]);
});

test.each([
  ['no changes', { changes: undefined }],
  ['no JSON', { changes: S('{') }],
  ['nothing in it', { changes: S('[]') }],
  ['another partition', { pk: S('W#ws') }],
])('OBX5 an entry of the sync log with %s is poison', (_, broken) => {
  expect(classifyRecord(recordOf({ ...IMAGE, ...broken }), parseOutboxItem).kind).toBe('poison');
});
