import { DigestQuery, SnapshotQuery, SyncChangesQuery } from '../../../contracts/http/sync.ts';
import { useLease } from '../../../lib/sync/leases/lease-sync.ts';
import { pullChanges } from '../../../lib/sync/pull/pull-changes.ts';
import { readDigest } from '../../../lib/sync/pull/read-digest.ts';
import { readSnapshot } from '../../../lib/sync/pull/read-snapshot.ts';
import { readSyncStatus } from '../../../lib/sync/pull/read-status.ts';
import type { PullDeps } from '../../../lib/sync/pull/sync-reader.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { parseQuery } from '../../_platform/http/parse-json-body.ts';
import type { SyncDevicesDeps } from './wiring.ts';

const pullDepsOf = ({ store, schema, settings }: SyncDevicesDeps): PullDeps => {
  const { clock, randomness } = settings;
  return { store, schema, clock, randomness };
};

export const pullChangesOperation =
  (deps: SyncDevicesDeps): OperationHandler =>
  async (request) => {
    const { leases, settings } = deps;
    const scope = request.userScope();
    const query = parseQuery(SyncChangesQuery, request);
    await useLease({ leases, clock: settings.clock }, scope, query.leaseId);
    const page = await pullChanges(pullDepsOf(deps), scope, query);
    if (query.cursor !== undefined && page.oldestMs !== undefined)
      settings.meter.add('SyncPullLag', Math.max(0, settings.clock.now() - page.oldestMs));
    return { status: 200, body: page.body };
  };

export const readSnapshotOperation =
  (deps: SyncDevicesDeps): OperationHandler =>
  async (request) => {
    const { leases, settings } = deps;
    const scope = request.userScope();
    const query = parseQuery(SnapshotQuery, request);
    await useLease({ leases, clock: settings.clock }, scope, query.leaseId);
    return { status: 200, body: await readSnapshot(pullDepsOf(deps), scope, query) };
  };

export const readDigestOperation =
  (deps: SyncDevicesDeps): OperationHandler =>
  async (request) => {
    const scope = request.userScope();
    return { status: 200, body: await readDigest(deps, scope, parseQuery(DigestQuery, request)) };
  };

export const readStatusOperation =
  ({ store, schema, settings }: SyncDevicesDeps): OperationHandler =>
  async (request) => {
    const { clock } = settings;
    return { status: 200, body: await readSyncStatus({ store, schema, clock }, request.userScope()) };
  };
