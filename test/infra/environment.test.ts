import { expect, test } from 'vitest';
import type * as z from 'zod';
import { Env as DescribeApiEnv } from '../../functions/http/describe-api/env.ts';
import { Env as IngestSamplesEnv } from '../../functions/http/ingest-samples/env.ts';
import { Env as ManageAccessEnv } from '../../functions/http/manage-access/env.ts';
import { Env as ManageConnectionsEnv } from '../../functions/http/manage-connections/env.ts';
import { Env as ManageEntitiesEnv } from '../../functions/http/manage-entities/env.ts';
import { Env as ManageRebuildsEnv } from '../../functions/http/manage-rebuilds/env.ts';
import { Env as ManageUsersEnv } from '../../functions/http/manage-users/env.ts';
import { Env as ManageWorkoutsEnv } from '../../functions/http/manage-workouts/env.ts';
import { Env as ReadHealthEnv } from '../../functions/http/read-health/env.ts';
import { Env as ReadImpactEnv } from '../../functions/http/read-impact/env.ts';
import { Env as ReceivePushEnv } from '../../functions/http/receive-push/env.ts';
import { Env as SyncDevicesEnv } from '../../functions/http/sync-devices/env.ts';
import { Env as ApplyPushEnv } from '../../functions/queue/apply-push/env.ts';
import { Env as EraseUserEnv } from '../../functions/queue/erase-user/env.ts';
import { Env as ImportActivityEnv } from '../../functions/queue/import-activity/env.ts';
import { Env as IngestLargeEnv } from '../../functions/queue/ingest-large/env.ts';
import { Env as ProjectImpactEnv } from '../../functions/queue/project-impact/env.ts';
import { Env as ProjectNightsEnv } from '../../functions/queue/project-nights/env.ts';
import { Env as ProjectRollupsEnv } from '../../functions/queue/project-rollups/env.ts';
import { Env as RebuildReadModelsEnv } from '../../functions/queue/rebuild-read-models/env.ts';
import { Env as SyncConnectionEnv } from '../../functions/queue/sync-connection/env.ts';
import { Env as WriteWorkoutsEnv } from '../../functions/queue/write-workouts/env.ts';
import { Env as CompactLogsEnv } from '../../functions/schedule/compact-logs/env.ts';
import { Env as ScheduleSyncsEnv } from '../../functions/schedule/schedule-syncs/env.ts';
import { Env as RelayOutboxEnv } from '../../functions/stream/relay-outbox/env.ts';
import { Env as FetchPagesEnv } from '../../functions/workflow/fetch-pages/env.ts';
import { Env as FinishSyncEnv } from '../../functions/workflow/finish-sync/env.ts';
import { Env as PrepareSyncEnv } from '../../functions/workflow/prepare-sync/env.ts';
import type { EnvironmentOf } from '../../infra/constructs/service-function.ts';
import type { FunctionName } from '../../infra/naming.ts';
import { synthesise } from './synthesise.ts';

const SCHEMAS: Readonly<Record<FunctionName, z.ZodObject>> = {
  'describe-api': DescribeApiEnv,
  'manage-access': ManageAccessEnv,
  'manage-rebuilds': ManageRebuildsEnv,
  'manage-users': ManageUsersEnv,
  'ingest-samples': IngestSamplesEnv,
  'read-health': ReadHealthEnv,
  'read-impact': ReadImpactEnv,
  'manage-workouts': ManageWorkoutsEnv,
  'relay-outbox': RelayOutboxEnv,
  'ingest-large': IngestLargeEnv,
  'write-workouts': WriteWorkoutsEnv,
  'import-activity': ImportActivityEnv,
  'project-rollups': ProjectRollupsEnv,
  'project-nights': ProjectNightsEnv,
  'project-impact': ProjectImpactEnv,
  'rebuild-read-models': RebuildReadModelsEnv,
  'erase-user': EraseUserEnv,
  'manage-connections': ManageConnectionsEnv,
  'receive-push': ReceivePushEnv,
  'apply-push': ApplyPushEnv,
  'sync-connection': SyncConnectionEnv,
  'prepare-sync': PrepareSyncEnv,
  'fetch-pages': FetchPagesEnv,
  'finish-sync': FinishSyncEnv,
  'schedule-syncs': ScheduleSyncsEnv,
  'sync-devices': SyncDevicesEnv,
  'manage-entities': ManageEntitiesEnv,
  'compact-logs': CompactLogsEnv,
};

const DEV = synthesise('dev');
const isOurs = (name: string): boolean => !/^(AWS|POWERTOOLS|NODE)_/.test(name);

test.each(Object.entries(SCHEMAS))('%s gets every variable of its env.ts and no other', (name, schema) => {
  const [found, ...others] = DEV.ofType('AWS::Lambda::Function').filter(
    ([, { Properties }]) => Properties.FunctionName === `headwater-dev-${name}`,
  );
  expect(others).toEqual([]);
  const given = Object.keys(found?.[1].Properties.Environment.Variables).filter(isOurs);
  expect(given.sort()).toEqual(Object.keys(schema.shape).filter(isOurs).sort());
});

test('a variable that is missing, or that the function does not read, does not compile', () => {
  // @ts-expect-error EVENT_BUS_NAME is missing
  const missing: EnvironmentOf<typeof RelayOutboxEnv> = { STAGE: 'dev' };
  const unknown: EnvironmentOf<typeof RelayOutboxEnv> = {
    STAGE: 'dev',
    EVENT_BUS_NAME: 'events',
    // @ts-expect-error the relay reads no table
    CORE_TABLE_NAME: 'core',
  };
  expect([missing, unknown].map(({ STAGE }) => STAGE)).toEqual(['dev', 'dev']);
});
