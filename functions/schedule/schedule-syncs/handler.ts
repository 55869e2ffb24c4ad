import { scheduleDue } from '../../../lib/connections/schedule/schedule-due.ts';
import { describeFault } from '../../../lib/observability/log.ts';
import type { ScheduleSyncsWiring } from './wiring.ts';

export type ScheduleHandler = () => Promise<void>;

/** Every minute: connections whose time has come are woken. What one run misses the next one finds. */
export const createScheduleSyncsHandler =
  ({ schedule, settings }: ScheduleSyncsWiring): ScheduleHandler =>
  async () => {
    const { clock, log, meter } = settings;
    const startedMs = clock.now();
    try {
      const dueCount = await scheduleDue(schedule);
      log.write('SCHEDULE_COMPLETED', { dueCount, durationMs: clock.now() - startedMs });
    } catch (error) {
      log.write('SCHEDULE_FAILED', { durationMs: clock.now() - startedMs, ...describeFault(error) });
      throw error;
    } finally {
      meter.flush();
    }
  };
