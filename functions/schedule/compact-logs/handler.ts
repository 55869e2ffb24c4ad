import { describeFault } from '../../../lib/observability/log.ts';
import { compactDueLogs } from '../../../lib/sync/compaction/compact-due-logs.ts';
import type { CompactLogsWiring } from './wiring.ts';

export type ScheduleHandler = () => Promise<void>;

/** Every hour: logs with entries past the horizon lose them. What one run leaves the next one finds. */
export const createCompactLogsHandler =
  ({ logs, settings }: CompactLogsWiring): ScheduleHandler =>
  async () => {
    const { clock, log, meter } = settings;
    const startedMs = clock.now();
    try {
      const run = await compactDueLogs({ logs, clock });
      meter.add('SyncLogEntriesCompacted', run.removedCount);
      // One log that cannot be compacted holds up no other, but somebody is told.
      if (run.failure !== undefined) throw run.failure;
      log.write('SCHEDULE_COMPLETED', { dueCount: run.dueCount, durationMs: clock.now() - startedMs });
    } catch (error) {
      log.write('SCHEDULE_FAILED', { durationMs: clock.now() - startedMs, ...describeFault(error) });
      throw error;
    } finally {
      meter.flush();
    }
  };
