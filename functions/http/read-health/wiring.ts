import { createBlockEdges } from '../../../lib/adapters/dynamo/block-edges.ts';
import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createRecomputationStore } from '../../../lib/adapters/dynamo/recomputation-store.ts';
import { createRecordStore } from '../../../lib/adapters/dynamo/record-store.ts';
import type { ProjectionDeps } from '../../../lib/projections/project-days.ts';
import type { BlockEdges } from '../../../lib/reads/block-edges.ts';
import type { RecomputationStore } from '../../../lib/rebuilds/recomputation-store.ts';
import type { RecordStore } from '../../../lib/records/record-store.ts';
import type { ChangeFeed, HeadStore } from '../../../lib/samples/head-store.ts';
import type { NightDeps } from '../../../lib/sleep/night-deps.ts';
import type { EndedSessions } from '../../../lib/sleep/session-gaps.ts';
import type { AccessDependencies } from '../../_platform/http/access-dependencies.ts';
import { wireAccess, wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireImpact } from '../../_platform/wire-impact.ts';
import { wireNights } from '../../_platform/wire-nights.ts';
import { wireProjection } from '../../_platform/wire-projection.ts';
import { endedSessions } from './ended-sessions.ts';
import type { Env } from './env.ts';

export interface ReadHealthDeps {
  readonly projection: ProjectionDeps;
  readonly nights: NightDeps;
  readonly sessions: EndedSessions;
  readonly heads: HeadStore & ChangeFeed;
  readonly edges: BlockEdges;
  readonly store: RecordStore;
  readonly recomputations: Pick<RecomputationStore, 'load'>;
  readonly access: AccessDependencies;
  readonly settings: Pick<Platform, 'clock' | 'randomness' | 'log' | 'meter'>;
}

export function wire(env: Env, platform: Platform): ReadHealthDeps {
  const dynamo = platform.client('dynamo', createDynamoClient);
  const vault = wireVault(env, platform);
  const { clock, randomness } = platform;
  return {
    projection: wireProjection(env, platform, vault),
    nights: wireNights(env, platform, vault),
    sessions: endedSessions(wireImpact(env, platform, vault)),
    heads: createHeadStore(dynamo, env.CORE_TABLE_NAME),
    store: createRecordStore({
      dynamo,
      coreTable: env.CORE_TABLE_NAME,
      dataKeys: vault,
      clock,
      randomness,
    }),
    recomputations: createRecomputationStore(dynamo, env.CORE_TABLE_NAME),
    edges: createBlockEdges(dynamo, env.SAMPLES_TABLE_NAME),
    access: wireAccess(env, platform, vault),
    settings: platform,
  };
}
