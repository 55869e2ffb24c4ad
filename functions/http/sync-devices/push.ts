import { LeaseRequest, PushRequest } from '../../../contracts/http/sync.ts';
import { LEASE_HEADER } from '../../../contracts/sync/protocol.ts';
import { leaseSync, useLease } from '../../../lib/sync/leases/lease-sync.ts';
import { pushChanges } from '../../../lib/sync/push/push-changes.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { parseJsonBody } from '../../_platform/http/parse-json-body.ts';
import type { SyncDevicesDeps } from './wiring.ts';

export const pushOperation =
  ({ store, schema, leases, settings }: SyncDevicesDeps): OperationHandler =>
  async (request) => {
    const { clock, randomness, meter } = settings;
    const scope = request.userScope();
    const push = parseJsonBody(PushRequest, request);
    await useLease({ leases, clock }, scope, request.headers[LEASE_HEADER]);
    const { correlationId } = request;
    const deps = { store, schema, clock, randomness };
    const { status, body, counts, retryCount } = await pushChanges(deps, scope, push, { correlationId });
    meter.add('SyncPushes', 1);
    meter.add('SyncRetries', retryCount);
    // A repeat was counted when it was taken.
    if (counts !== undefined) {
      meter.add('SyncChangesTaken', counts.successful);
      meter.add('SyncConflicts', counts.conflicts);
      meter.add('SyncRefused', counts.failed);
    }
    return { status, body };
  };

export const leaseOperation =
  ({ leases, settings: { clock, randomness } }: SyncDevicesDeps): OperationHandler =>
  async (request) => {
    const scope = request.userScope();
    const wanted = parseJsonBody(LeaseRequest, request);
    return { status: 200, body: await leaseSync({ leases, clock, randomness }, scope, wanted) };
  };
