import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../contracts/http/routes.ts';
import { NOW_MS, openTenantWorld, SESSION_ID, type Tenant, type Touch } from './tenant-world.ts';

/**
 * ING13 over every route: a caller of one workspace may write what they like into path, query, headers and
 * body, and no storage call names another workspace.
 */
const SEED = 20_261_121;
const RUNS = 60;
const PRIVATE_ROUTES = ROUTES.filter(({ scope }) => scope !== 'public');

/** Texts that would reach somebody else if a key were ever made of them, and texts that break parsers. */
const hostileText = ({ mine, theirs }: { mine: Tenant; theirs: Tenant }) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(mine.userId, mine.keyId, 'me') },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        theirs.userId,
        theirs.workspaceId,
        theirs.keyId,
        `W#${theirs.workspaceId}`,
        `W#${theirs.workspaceId}#U#${theirs.userId}`,
        `${theirs.workspaceId}/${theirs.userId}`,
        `../${theirs.workspaceId}`,
        `${mine.userId}#M#steps`,
        '#',
        '',
        '__proto__',
        'constructor',
        '\u0000',
        '%2e%2e',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  );

const requestIdOf = (text: string): string =>
  text
    .replace(/[^!-~]/g, '')
    .replace(/[#/]/g, '')
    .slice(0, 100) || 'r';
const ENTITY_ID = '019aa8e2-6100-7c02-8f3e-5d7a9b1c3e22';
const GOAL = { name: 'Walk' };
const HLC = `${NOW_MS}-0000-phone-1`;

const sample = (text: string) => ({
  source: 'a',
  metric: 'heart_rate',
  start: '2026-11-20T10:00:00Z',
  value: 61,
  unit: 'bpm',
  recordId: text,
});

/** Bodies that get past the shape of their operation, with a hostile text wherever one is taken. */
const RIDE = { type: 'cycling', start: '2026-11-20T09:00:12Z', end: '2026-11-20T10:00:12Z' };

const bodyFor: Readonly<Record<string, (text: string, extra: string) => object>> = {
  updateWorkspace: (text) => ({ name: text || 'n', priorities: { '*': [text || 'p'] } }),
  createApiKey: (text) => ({ name: text || 'n', scopes: ['users:read'], mode: 'live' }),
  rotateApiKey: () => ({ overlapSec: 60 }),
  createIssuer: (text) => ({
    issuer: 'https://id2.example.com/',
    audience: text || 'a',
    jwksUri: 'https://id2.example.com/k',
  }),
  createUser: (text) => ({ externalId: text || 'x', displayName: text || 'd' }),
  updateUser: (text) => ({ displayName: text || 'd', timeZone: 'Europe/Berlin' }),
  putPrivacy: () => ({ uploadEnabled: true, blockedMetrics: ['weight'] }),
  putPriorities: (text) => ({ orders: { '*': [text || 'p'] } }),
  createUpload: () => ({}),
  decideDuplicateWorkouts: (text) =>
    text === 'plain' ? { decision: 'keep_both' } : { decision: 'primary', workoutId: text },
  putWorkout: (text) => ({ ...RIDE, title: text || 't' }),
  upsertWorkouts: (text, extra) => ({
    requestId: requestIdOf(`workouts-${extra}`),
    source: { provider: extra || 'p', app: text || 'a' },
    workouts: [{ ...RIDE, externalId: text || 'x', parentExternalId: extra || 'x' }],
    deletions: [extra || 'x'],
  }),
  startRebuild: (text, extra) => ({
    requestId: requestIdOf(extra),
    ...(/^usr_[0-9a-hjkmnp-tv-z]{26}$/.test(text) ? { userId: text } : {}),
  }),
  authorizeConnection: () => ({}),
  createConnectTicket: () => ({}),
  startBackfill: (text) => ({
    from: '2026-11-01T00:00:00Z',
    to: '2026-11-02T00:00:00Z',
    types: text === 'plain' ? [] : [text || 't'],
  }),
  replayPayloads: () => ({ from: '2026-11-19', to: '2026-11-20' }),
  pushChanges: (text, extra) => ({
    deviceId: 'phone-1',
    operationId: requestIdOf(extra),
    changes: [
      { requestId: '1', entityType: 'goals', id: text, op: 'create', data: GOAL, hlc: HLC },
      { requestId: '2', entityType: text, id: ENTITY_ID, op: 'delete', hlc: HLC },
      {
        requestId: '3',
        entityType: 'journal_entries',
        id: ENTITY_ID,
        op: 'update',
        data: { productId: text, title: extra },
        hlc: HLC,
      },
    ],
  }),
  leaseSync: () => ({ kind: 'data_sync', deviceId: 'phone-1' }),
  resolveConflicts: (text, extra) => ({
    deviceId: 'phone-1',
    operationId: requestIdOf(`resolve-${extra}`),
    resolutions: [{ conflictId: text.slice(0, 100), strategy: 'server' }],
  }),
  createEntity: (text) => ({ data: { ...GOAL, name: text || 'n' } }),
  putEntity: () => ({ data: GOAL }),
  patchEntity: (text) => ({ data: { name: text || 'n' } }),
  ingestSamples: (text, extra) => ({
    requestId: requestIdOf(text),
    sources: { a: { provider: extra || 'p', app: text || 'a' } },
    samples: [sample(text || 'i')],
    deletions: [{ source: 'a', metric: 'steps', recordId: extra || 'i', start: '2026-11-19T10:00:00Z' }],
  }),
};

const INSTANT_RANGES: ReadonlySet<string> = new Set([
  'listSamples',
  'listSessionImpact',
  'listSleepSessions',
  'listWorkoutRecords',
  'listWorkouts',
  'listDuplicateWorkouts',
  'sumWorkouts',
]);

const queryFor = (operation: string, text: string, isPlain: boolean): Record<string, string> => ({
  metric: isPlain ? 'heart_rate' : text,
  from: isPlain ? `2026-11-20${INSTANT_RANGES.has(operation) ? 'T00:00:00Z' : ''}` : text,
  to: isPlain ? `2026-11-21${INSTANT_RANGES.has(operation) ? 'T00:00:00Z' : ''}` : text,
  ...(isPlain ? {} : { cursor: text, source: text, limit: '5', since: '0' }),
});

const ownPath = ({
  userId,
  keyId,
  issuerId,
  provider,
  connectionId,
  syncId,
  rebuildId,
  ...workouts
}: Tenant) => ({
  date: '2026-11-20',
  rebuildId,
  workoutId: workouts.workoutId,
  groupId: workouts.groupId,
  importId: workouts.importId,
  userId,
  keyId,
  issuerId,
  provider,
  connectionId,
  syncId,
  entityType: 'goals',
  entityId: ENTITY_ID,
  sessionId: SESSION_ID,
});

/** Someone else's ids beside one's own user, or the text wherever there is a parameter. */
const hostilePath = (text: string, { mine, theirs }: { mine: Tenant; theirs: Tenant }) =>
  text === theirs.userId
    ? { ...ownPath(theirs), userId: mine.userId }
    : {
        userId: text,
        keyId: text,
        issuerId: text,
        provider: text,
        connectionId: text,
        syncId: text,
        rebuildId: text,
        workoutId: text,
        groupId: text,
        importId: text,
        date: text,
        entityType: 'goals',
        entityId: text,
        sessionId: text,
      };

const requestFor = (world: { mine: Tenant; theirs: Tenant }) =>
  fc.record({
    path: hostileText(world),
    text: hostileText(world),
    extra: hostileText(world),
    credential: fc.constantFrom(world.mine.apiKey, world.mine.apiKey, world.mine.userToken),
    isOwnPath: fc.boolean(),
    isPlainQuery: fc.boolean(),
    body: fc.oneof(
      { weight: 5, arbitrary: fc.constant('shaped') },
      { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
    ),
    smuggled: fc.boolean(),
  });

const isOwn = ({ kind, name, workspaceId }: Touch, own: string): boolean => {
  if (kind === 'object') return name.startsWith(`${own}/`) || name.includes(`/${own}/`);
  if (kind === 'message') return name === own;
  if (name === `W#${own}` || name.startsWith(`W#${own}#`)) return true;
  // The look-ups that are made before a workspace is known; what is written there says whose it is.
  const isLookup = /^(KEYHASH|ISSUERPAIR|STATE|TICKET|PROVIDERUSER)#[0-9a-f]{64}$/.test(name);
  return isLookup && (kind === 'read' || workspaceId === undefined || workspaceId === own);
};

describe('ING13 every storage key is derived from the principal', () => {
  test.each(PRIVATE_ROUTES.map((route) => [route.operation, route] as const))(
    'ING13 %s names no workspace but its own, whatever the request says',
    async (operation, route) => {
      const world = await openTenantWorld(SEED);
      const { mine, theirs, touches, changed } = world;
      const theirKey = `KEYHASH#${createHash('sha256').update(theirs.apiKey).digest('hex')}`;
      let touchCount = 0;
      await fc.assert(
        fc.asyncProperty(
          requestFor(world),
          async ({ path, text, extra, credential, isOwnPath, isPlainQuery, body, smuggled }) => {
            touches.length = 0;
            changed.length = 0;
            const shaped = {
              ...bodyFor[operation]?.(text, extra),
              ...(smuggled ? { workspaceId: theirs.workspaceId } : {}),
            };
            const answer = await world.call(route, {
              headers: {
                authorization: `Bearer ${credential}`,
                'x-workspace-id': theirs.workspaceId,
                'x-min-seq': '1',
                ...(route.path.startsWith('/v1/sync/')
                  ? { 'x-headwater-user': isOwnPath ? mine.userId : path }
                  : {}),
              },
              pathParameters: {
                ...(isOwnPath ? ownPath(mine) : hostilePath(path, world)),
                workspaceId: theirs.workspaceId,
              },
              queryStringParameters:
                operation === 'listUsers' && isPlainQuery ? {} : queryFor(operation, text, isPlainQuery),
              ...(route.method === 'GET' ? {} : { body: body === 'shaped' ? JSON.stringify(shaped) : body }),
            });
            expect(answer.statusCode).toBeLessThan(500);
            expect(touches.filter((each) => !isOwn(each, mine.workspaceId))).toEqual([]);
            expect(
              changed.filter((pk) => pk === theirKey || pk.startsWith(`W#${theirs.workspaceId}`)),
            ).toEqual([]);
            expect(answer.body ?? '').not.toContain(`"displayName":"theirs"`);
            touchCount += touches.length;
          },
        ),
        { seed: SEED, numRuns: RUNS },
      );
      // The list of providers is the deployment's: it costs the look at who calls, which is remembered.
      expect(touchCount).toBeGreaterThan(operation === 'listProviders' ? 0 : 10);
    },
  );

  test('ING13 the requests of this property do reach the stores: each operation succeeds for its own user', async () => {
    const world = await openTenantWorld(SEED);
    const statuses: Record<string, number | undefined> = {};
    const last = ['deleteWorkout', 'disconnect', 'revokeApiKey', 'deleteIssuer', 'deleteUser'];
    // What is read, edited and deleted has to be made before.
    const rankOf = (operation: string) => (operation === 'putEntity' ? -2 : last.indexOf(operation));
    const inOrder = [...PRIVATE_ROUTES].sort((a, b) => rankOf(a.operation) - rankOf(b.operation));
    for (const route of inOrder) {
      const answer = await world.call(route, {
        headers: { authorization: `Bearer ${world.mine.apiKey}`, 'x-headwater-user': world.mine.userId },
        pathParameters: ownPath(world.mine),
        queryStringParameters: route.operation === 'listUsers' ? {} : queryFor(route.operation, '', true),
        ...(route.method === 'GET'
          ? {}
          : { body: JSON.stringify(bodyFor[route.operation]?.('plain', 'text') ?? {}) }),
      });
      statuses[route.operation] = answer.statusCode;
    }
    const failed = Object.entries(statuses).filter(([, status]) => (status ?? 500) >= 300);
    // A workout that is entered by hand has no track; that there is none is found in the store.
    expect(failed).toEqual([['getWorkoutTrack', 404]]);
    expect(Object.keys(statuses)).toHaveLength(PRIVATE_ROUTES.length);
  });

  test('ING13 the check itself tells another workspace apart, by prefix and by hash', () => {
    const own = 'ws_1';
    const read = (name: string): Touch => ({ kind: 'read', name, workspaceId: undefined });
    expect(isOwn(read('W#ws_1#U#u'), own)).toBe(true);
    expect(isOwn(read('W#ws_12#U#u'), own)).toBe(false);
    expect(isOwn(read('W#ws_2'), own)).toBe(false);
    const pair = `ISSUERPAIR#${createHash('sha256').digest('hex')}`;
    expect(isOwn({ kind: 'write', name: pair, workspaceId: 'ws_2' }, own)).toBe(false);
    expect(isOwn({ kind: 'object', name: 'uploads/ws_2/u', workspaceId: undefined }, own)).toBe(false);
  });
});
