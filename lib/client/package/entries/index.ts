// biome-ignore-all lint/performance/noBarrelFile: an entry of the package names what it exports
export type {
  EntityDefinition,
  EntityRule,
  FieldDefinition,
  FieldPolicy,
  ReferenceDefinition,
  SyncSchema,
} from '../../../../contracts/sync/entity.ts';
export { PROTOCOL_VERSION } from '../../../../contracts/sync/protocol.ts';
export { ENTITIES, SYNC_SCHEMA } from '../../../../contracts/sync/registry.ts';
export { type Randomness, systemRandomness } from '../../../core/randomness.ts';
export { CLIENT_ERRORS, type ClientErrorCode, HeadwaterError, NetworkError } from '../../client-error.ts';
export {
  createHeadwaterClient,
  type HeadwaterClient,
  type HeadwaterClientOptions,
} from '../../headwater-client.ts';
export type { ConflictNote, QueueStatus, SyncErrorReport, SyncReport } from '../../report.ts';
export {
  type AutoSync,
  type AutoSyncOptions,
  createAutoSync,
  type SyncNowOutcome,
} from '../../schedule/auto-sync.ts';
export {
  type Coordination,
  createMemoryCoordination,
  createWebLockCoordination,
} from '../../schedule/coordination.ts';
export {
  createLeaseManager,
  type LeaseKind,
  type LeaseUse,
  type SyncLeaseManager,
} from '../../schedule/lease-manager.ts';
export {
  type WatchedState,
  watchBrowserNetwork,
  watchReactNativeAppState,
  watchVisibility,
} from '../../schedule/platform-hooks.ts';
export type { RunCause } from '../../schedule/run-spacing.ts';
export type { RunVerdict } from '../../schedule/run-verdict.ts';
export {
  createSyncScheduler,
  SchedulerFullError,
  type SyncScheduler,
  type SyncTask,
} from '../../schedule/sync-scheduler.ts';
export { systemTimers, type Timers } from '../../schedule/timers.ts';
export type { LocalStore } from '../../store/local-store.ts';
export type { LocalRow } from '../../store/row-view.ts';
export { createFetchTransport, type Transport } from '../../transport.ts';
