import {
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
  TIME_HEADER,
} from '../../../contracts/sync/protocol.ts';
import { AppError } from '../../../lib/problems/app-error.ts';
import { createHttpHandler, type HttpHandler } from '../../_platform/http/create-http-handler.ts';
import type { OperationHandler } from '../../_platform/http/operation.ts';
import { listConflictsOperation, resolveConflictsOperation } from './conflicts.ts';
import { leaseOperation, pushOperation } from './push.ts';
import {
  pullChangesOperation,
  readDigestOperation,
  readSnapshotOperation,
  readStatusOperation,
} from './read.ts';
import type { SyncDevicesDeps } from './wiring.ts';

/** Everything that devices of a user sync by (SYN1 to SYN12). */
export const createSyncDevicesHandler = (deps: SyncDevicesDeps): HttpHandler =>
  createHttpHandler({
    access: deps.access,
    settings: deps.settings,
    bodyForm: 'decoded_long',
    answerHeaders: (nowMs) => ({
      [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
      [TIME_HEADER]: String(nowMs),
    }),
    operations: {
      pushChanges: spoken(deps, pushOperation(deps)),
      pullChanges: spoken(deps, pullChangesOperation(deps)),
      readSnapshot: spoken(deps, readSnapshotOperation(deps)),
      readDigest: spoken(deps, readDigestOperation(deps)),
      leaseSync: spoken(deps, leaseOperation(deps)),
      listConflicts: spoken(deps, listConflictsOperation(deps)),
      resolveConflicts: spoken(deps, resolveConflictsOperation(deps)),
      readSyncStatus: spoken(deps, readStatusOperation(deps)),
    },
  });

/** In a version of the protocol that is known; who names none speaks the first. */
const spoken =
  ({ settings }: SyncDevicesDeps, operation: OperationHandler): OperationHandler =>
  async (request) => {
    const version = request.headers[PROTOCOL_HEADER];
    if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.map(String).includes(version)) {
      const known = SUPPORTED_PROTOCOL_VERSIONS.join(', ');
      throw new AppError('sync.protocol_unsupported', `The server takes these versions: ${known}.`);
    }
    try {
      return await operation(request);
    } catch (error) {
      if (error instanceof AppError && error.code === 'sync.resync_required')
        settings.meter.add('SyncResyncs', 1);
      if (error instanceof AppError && error.code === 'sync.contention')
        settings.meter.add('SyncContention', 1);
      throw error;
    }
  };
