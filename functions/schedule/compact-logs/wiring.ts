import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createLogCompaction } from '../../../lib/adapters/dynamo/log-compaction.ts';
import type { LogCompaction } from '../../../lib/sync/compaction/log-compaction.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';

export interface CompactLogsWiring {
  readonly logs: LogCompaction;
  readonly settings: Pick<Platform, 'clock' | 'log' | 'meter'>;
}

export const wire = (env: Env, platform: Platform): CompactLogsWiring => ({
  logs: createLogCompaction({
    dynamo: platform.client('dynamo', createDynamoClient),
    coreTable: env.CORE_TABLE_NAME,
    rowsTable: env.SAMPLES_TABLE_NAME,
  }),
  settings: platform,
});
