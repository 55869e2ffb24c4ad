import { expect, test } from 'vitest';
import type { UserId } from '../../../contracts/primitives/ids.ts';
import type { Workspace } from '../../../lib/access/workspace.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import type { OutboxEntry } from '../../../lib/outbox/model.ts';
import { parseRequest } from './arguments.ts';
import { replay } from './replay.ts';

const KNOWN = 'ws_01kah3v5w8f0xq9d3m7t2c6e4r';
const UNKNOWN = 'ws_01kah3v5w8f0xq9d3m7t2c6e4s';
const USER = 'usr_01kah3v5w8f0xq9d3m7t2c6e4r' as UserId;
const ENTRY: OutboxEntry = {
  kind: 'priorities',
  seq: 1,
  committedAtMs: Date.parse('2026-11-20T12:00:00Z') as EpochMs,
  correlationId: 'c',
  metrics: ['*'],
};

/** A bus that takes everything, and one workspace, whose user has one entry in the feed of changes. */
async function run(workspaceId: string) {
  const request = parseRequest(
    `relay replay --workspace ${workspaceId} --from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z`.split(
      ' ',
    ),
  );
  if (!('command' in request) || request.command.name !== 'relay replay') throw new Error('not understood');
  const lines: string[] = [];
  const replaying = {
    users: {
      listUserIds: async (id: string, after: UserId | undefined) =>
        id === KNOWN && after === undefined ? [USER] : [],
    },
    feeds: {
      changes: { loadAfter: async (_: unknown, since: number) => (since === 0 ? [ENTRY] : []) },
      sync: { loadAfter: async () => [] },
    },
    publisher: {
      publish: async (events: readonly unknown[]) => events.map(() => ({ kind: 'published' }) as const),
    },
    clock: { now: () => 0 as EpochMs, sleep: async () => undefined },
    randomness: { bytes: (count: number) => new Uint8Array(count) },
  };
  const workspaces = { load: async (id: string) => (id === KNOWN ? WORKSPACE : undefined) };
  const ended = replay(request.command.options, { replaying, workspaces }, (line) => lines.push(line));
  return { fault: await ended.catch((error: Error) => error.message), lines };
}

const WORKSPACE: Workspace = {
  workspaceId: KNOWN as Workspace['workspaceId'],
  name: 'Stride',
  createdAtMs: 0 as EpochMs,
  version: 1,
  requestsPerMinute: undefined,
  userRequestsPerMinute: undefined,
  oauthRedirectUris: [],
  priorities: { orders: {}, changedAt: {} },
};

test('OBX8 a replay says how far it is with each page, and in the end how much is on the bus', async () => {
  expect(await run(KNOWN)).toEqual({
    fault: undefined,
    lines: [`1 users, 1 entries, 1 events  --after ${USER}:1`, '1 events are on the bus'],
  });
});

test('OBX8 a replay of a workspace that there is not is a fault, not a replay of nothing', async () => {
  expect(await run(UNKNOWN)).toEqual({ fault: `there is no workspace ${UNKNOWN}`, lines: [] });
});
