import { expect, test } from 'vitest';
import type { UserId } from '../../../contracts/primitives/ids.ts';
import { createProjectionWorld, scope } from '../../../test/support/projection-fixtures.ts';
import { parseRequest } from './arguments.ts';
import { rebuild } from './rebuild.ts';

const { workspaceId, userId } = scope;
const OTHER = 'usr_00000000000000000000000002' as UserId;
const USERS: readonly UserId[] = [userId, OTHER];
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
  const run = async (options: string) => {
    const request = parseRequest(
      `projections rebuild --workspace ${workspaceId} ${options}`.trim().split(' '),
    );
    if (!('command' in request) || request.command.name !== 'projections rebuild')
      throw new Error('not understood');
    const lines: string[] = [];
    await rebuild(request.command.options, { projection, users }, (line) => lines.push(line));
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
])('PRJ5 "projections rebuild %s" takes the part that it names', async (options, last) => {
  const { run } = await open();
  expect((await run(options)).at(-1)).toBe(last);
});
