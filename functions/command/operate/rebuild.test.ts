import { expect, test } from 'vitest';
import type { UserId } from '../../../contracts/primitives/ids.ts';
import type { Workspace } from '../../../lib/access/workspace.ts';
import type { EpochMs } from '../../../lib/core/instants.ts';
import { createRollupRebuilder } from '../../../lib/projections/rollup-rebuilder.ts';
import { createProjectionWorld, scope } from '../../../test/support/projection-fixtures.ts';
import { parseRequest } from './arguments.ts';
import { rebuild } from './rebuild.ts';

const { workspaceId, userId } = scope;
const OTHER = 'usr_00000000000000000000000002' as UserId;
const USERS: readonly UserId[] = [userId, OTHER];
const WORKSPACE: Workspace = {
  workspaceId,
  name: 'Stride',
  createdAtMs: 0 as EpochMs,
  version: 1,
  requestsPerMinute: undefined,
  userRequestsPerMinute: undefined,
  oauthRedirectUris: [],
  priorities: { orders: {}, changedAt: {} },
};
const steps = (start: string) => ({
  source: 'w',
  metric: 'steps',
  start,
  end: start.replace(':00Z', ':30Z'),
  value: 5,
  unit: 'count',
  zoneOffsetMinutes: 0,
});

/** A workspace of two users: one with samples in two years, and one who is gone. */
async function open() {
  const world = createProjectionWorld();
  await world.ingest({
    requestId: 'r1',
    sources: { w: { provider: 'garmin' } },
    samples: [steps('2019-05-04T08:00:00Z'), steps('2026-11-20T08:00:00Z')],
  });
  const projection = {
    ...world.deps,
    heads: {
      load: async (one: typeof scope) => (one.userId === userId ? world.samples.head : undefined),
    },
  };
  const users = {
    listUserIds: async (_: string, after: UserId | undefined) =>
      USERS.filter((id) => after === undefined || id > after).slice(0, 1),
  };
  const run = async (options: string, workspace: string = workspaceId) => {
    const request = parseRequest(`projections rebuild --workspace ${workspace} ${options}`.trim().split(' '));
    if (!('command' in request) || request.command.name !== 'projections rebuild')
      throw new Error('not understood');
    const lines: string[] = [];
    const deps = {
      rebuilders: [createRollupRebuilder(projection)],
      users,
      heads: projection.heads,
      workspaces: { load: async (id: string) => (id === workspaceId ? WORKSPACE : undefined) },
    };
    await rebuild(request.command.options, deps, (line) => lines.push(line));
    return lines;
  };
  return { run, rows: world.rollups.rows };
}

test('PRJ5 a rebuild of a workspace goes through its users page by page, and a second one computes nothing', async () => {
  const { run, rows } = await open();
  const lines = await run('');
  expect(lines.filter((line) => line.endsWith('1 days'))).toHaveLength(2);
  expect(lines.filter((line) => line.includes('--after'))).toEqual([
    `1 users  --after ${userId}`,
    `2 users  --after ${OTHER}`,
  ]);
  expect(lines.at(-1)).toBe('2 users, 2 days computed, 0 not settled yet');
  expect(rows.size).toBe(2);
  expect((await run('')).at(-1)).toBe('2 users, 0 days computed, 0 not settled yet');
});

test.each([
  [`--user ${userId} --from 2026-01-01`, '1 users, 1 days computed, 0 not settled yet'],
  [`--user ${userId} --to 2018-12-31`, '1 users, 0 days computed, 0 not settled yet'],
  [`--after ${userId}`, '1 users, 0 days computed, 0 not settled yet'],
  ['--metric heart_rate', '2 users, 0 days computed, 0 not settled yet'],
  ['--model rollups', '2 users, 2 days computed, 0 not settled yet'],
  ['--model sleep', '2 users, 0 days computed, 0 not settled yet'],
])('PRJ5 "projections rebuild %s" takes the part that it names', async (options, last) => {
  const { run } = await open();
  expect((await run(options)).at(-1)).toBe(last);
});

test('PRJ5 a rebuild of a workspace or a user that there is not is a fault, not a rebuild of nothing', async () => {
  const { run } = await open();
  const unknown = 'ws_00000000000000000000000009';
  await expect(run('', unknown)).rejects.toThrow(`there is no workspace ${unknown}`);
  await expect(run(`--user ${OTHER}`)).rejects.toThrow(`there is no user ${OTHER}`);
});
