/** What happened over a history or a run of many: a check that never met a fault proves nothing. */
const NAMES = [
  'histories',
  'sqliteDevices',
  'localEdits',
  'syncRuns',
  'requests',
  'pushes',
  'pushedChanges',
  'chunkedPushes',
  'successful',
  'conflicts',
  'refused',
  'pulledChanges',
  'snapshotRows',
  'resyncs',
  'expiredOperations',
  'repeatedOperations',
  'forgedOperations',
  'plainWrites',
  'resolutions',
  'deviceKills',
  'deviceRestarts',
  'droppedRequests',
  'lostReplies',
  'duplicatedRequests',
  'lateReplies',
  'partitions',
  'compactions',
  'containerCrashes',
  'transportErrors',
  'sdkRepeats',
  'transactionConflicts',
  'cancelledTransactions',
  'halfVisibleReads',
] as const;

export type SyncCounter = (typeof NAMES)[number];
export type SyncCounters = Record<SyncCounter, number>;

export const newSyncCounters = (): SyncCounters =>
  Object.fromEntries(NAMES.map((name) => [name, 0])) as SyncCounters;

export function addSyncCounters(total: SyncCounters, more: SyncCounters): void {
  for (const name of NAMES) total[name] += more[name];
}
