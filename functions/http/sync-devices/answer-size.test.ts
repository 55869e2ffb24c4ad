import { beforeEach, expect, test } from 'vitest';
import {
  createDeviceSyncWorld,
  type DeviceSyncWorld,
  type SyncReply,
} from '../../../test/support/device-sync-world.ts';

/** A synchronous answer of a function, as JSON (AWS Lambda quotas). */
const MAX_PAYLOAD_BYTES = 6_291_556;
const ROW_COUNT = 110;
const ROWS_PER_PUSH = 55;

let world: DeviceSyncWorld;
let count = 0;
beforeEach(async () => {
  world = await createDeviceSyncWorld();
});

/** The body is a text within JSON: each quote and backslash of it takes two bytes. */
const payloadBytesOf = ({ status, headers, text }: SyncReply): number =>
  Buffer.byteLength(JSON.stringify({ statusCode: status, headers, body: text }));

const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** Nothing takes more room in an answer: 60 KB, each second byte of it a quote and the other its backslash. */
const WORST = { content: '"'.repeat(19_000), photos: ['"'.repeat(2_000), ...photos(9)] };
function photos(number: number): readonly string[] {
  return Array.from({ length: number }, (_, at) => `${at}${'"'.repeat(1_000)}`);
}

async function pushAll(deviceId: string, op: 'create' | 'update'): Promise<readonly SyncReply[]> {
  const replies: SyncReply[] = [];
  for (let from = 0; from < ROW_COUNT; from += ROWS_PER_PUSH) {
    const changes = Array.from({ length: ROWS_PER_PUSH }, (_, at) => {
      count += 1;
      const hlc = `${world.clock.now()}-${count.toString(16).padStart(4, '0')}-${deviceId}`;
      const data = { ...WORST, title: `${deviceId} ${count}` };
      return { requestId: `r-${count}`, entityType: 'journal_entries', id: idOf(from + at), op, data, hlc };
    });
    const body = { deviceId, operationId: `op-${deviceId}-${from}`, changes };
    replies.push(await world.call('pushChanges', { body }));
  }
  return replies;
}

test('SYN51 a page of the worst rows that there can be is an answer that a function may give', async () => {
  for (const reply of await pushAll('phone', 'create')) expect(reply.status).toBe(200);
  for (const operation of ['pullChanges', 'readSnapshot'] as const) {
    const reply = await world.call(operation, { query: { limit: '1000' } });
    expect([reply.status, reply.body.hasMore]).toEqual([200, true]);
    expect(payloadBytesOf(reply)).toBeLessThan(MAX_PAYLOAD_BYTES);
    expect(payloadBytesOf(reply)).toBeGreaterThan(MAX_PAYLOAD_BYTES / 2);
  }
});
