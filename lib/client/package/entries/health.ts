// biome-ignore-all lint/performance/noBarrelFile: an entry of the package names what it exports
export { createFetchSender } from '../../health/fetch-sender.ts';
export { createGzip, type Gzip } from '../../health/gzip.ts';
export { HEALTH_CONNECT } from '../../health/health-connect-types.ts';
export {
  type CollectReport,
  createHealthLane,
  type HealthLane,
  type HealthLaneOptions,
  type HealthRefusal,
} from '../../health/health-lane.ts';
export type {
  HealthSource,
  NativeDeletion,
  NativeOrigin,
  NativeReading,
  NativeRecord,
} from '../../health/health-source.ts';
export type { HealthStaging } from '../../health/health-staging.ts';
export { HEALTHKIT } from '../../health/healthkit-types.ts';
export { AnchorTooLargeError } from '../../health/lane-anchors.ts';
export { createMemoryHealthStaging } from '../../health/memory-staging.ts';
export type { SendBatch, UploadReport } from '../../health/send-batches.ts';
export { createSqlHealthStaging } from '../../health/sql-staging.ts';
export type { HealthPlatform } from '../../health/type-mapping.ts';
