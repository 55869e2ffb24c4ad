/**
 * Every metric that is sent to CloudWatch, with its unit. No user and no workspace is ever a dimension:
 * that would be a health datum in a place without keys, and a bill per user. Changing a name is a change
 * of contract: alarms and dashboards read it.
 */
export const METRICS = {
  HttpRequests: 'Count',
  HttpFaults: 'Count',
  HttpRateLimited: 'Count',
  SamplesAccepted: 'Count',
  SamplesRefused: 'Count',
  IngestRequests: 'Count',
  IngestConflicts: 'Count',
  EventsPublished: 'Count',
  EventsFailed: 'Count',
  PoisonRecords: 'Count',
  RelayLag: 'Milliseconds',
  RollupsWritten: 'Count',
  NightsWritten: 'Count',
  ImpactsWritten: 'Count',
  /** Steps of rebuilds and of recomputations that were taken and saved. */
  RebuildSteps: 'Count',
  RebuildsFailed: 'Count',
  ProjectionLag: 'Milliseconds',
  MessagesFailed: 'Count',
  MessagesUnreadable: 'Count',
  RateStoreFaults: 'Count',
  /** Syncs that ended with all they should have fetched, or in part. */
  ProviderSyncsSucceeded: 'Count',
  ProviderSyncsFailed: 'Count',
  /** Connections that stopped, until their user consents again. */
  ConnectionsNeedReauth: 'Count',
  /** Syncs that had to wait for a provider's quota. */
  ProviderQuotaWaits: 'Count',
  /** Connections that should get pushes and got none for too long; they are polled. */
  SilentConnections: 'Count',
  /** Provider records that no mapping could read. */
  RecordsQuarantined: 'Count',
  PushesReceived: 'Count',
  PushesRefused: 'Count',
  PushItemsUnknownUser: 'Count',
  PushItemsIgnored: 'Count',
  PushItemsUnreadable: 'Count',
  /** Pushes of devices that were answered with 200 or 207, repeats included. */
  SyncPushes: 'Count',
  /** Changes of devices and of the plain resources that were taken and met no other. */
  SyncChangesTaken: 'Count',
  /** Changes that met one they did not know of, whatever became of them. */
  SyncConflicts: 'Count',
  /** Changes that were refused one by one (`failed` of a push). */
  SyncRefused: 'Count',
  /** Commits that were read and merged again because another of the user came first. */
  SyncRetries: 'Count',
  /** Writes that gave up after all retries (`sync.contention`). */
  SyncContention: 'Count',
  /** Devices that were told to begin anew (`sync.resync_required`). */
  SyncResyncs: 'Count',
  /** From the commit of the oldest change of a page of `/v1/sync/changes` to its delivery. */
  SyncPullLag: 'Milliseconds',
  /** Log entries that compaction removed. */
  SyncLogEntriesCompacted: 'Count',
} as const;

export type MetricName = keyof typeof METRICS;

/** Collects numbers during an invocation; the stacks in functions/_platform flush it once at the end. */
export interface Meter {
  add(name: MetricName, value: number): void;
  /** Writes what was collected, if anything. Never throws. */
  flush(): void;
}

export const silentMeter: Meter = { add: () => undefined, flush: () => undefined };
