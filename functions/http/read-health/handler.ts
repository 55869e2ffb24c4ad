import { createHttpHandler, type HttpHandler } from '../../_platform/http/create-http-handler.ts';
import { listChangesOperation } from './list-changes.ts';
import { listMetricsOperation } from './list-metrics.ts';
import { listSleepSessionsOperation, listWorkoutRecordsOperation } from './list-records.ts';
import { listRollupsOperation } from './list-rollups.ts';
import { listSamplesOperation } from './list-samples.ts';
import { getNightOperation, listNightsOperation } from './nights.ts';
import { getPrioritiesOperation, putPrioritiesOperation } from './priorities.ts';
import type { ReadHealthDeps } from './wiring.ts';

/** Everything that is read of a user's health data, and the order of their sources. */
export const createReadHealthHandler = (deps: ReadHealthDeps): HttpHandler =>
  createHttpHandler({
    access: deps.access,
    settings: deps.settings,
    operations: {
      listSamples: listSamplesOperation(deps),
      listRollups: listRollupsOperation(deps),
      listMetrics: listMetricsOperation(deps),
      listChanges: listChangesOperation(deps),
      listSleepSessions: listSleepSessionsOperation(deps),
      listWorkoutRecords: listWorkoutRecordsOperation(deps),
      listNights: listNightsOperation(deps),
      getNight: getNightOperation(deps),
      getPriorities: getPrioritiesOperation(deps),
      putPriorities: putPrioritiesOperation(deps),
    },
  });
