import { createDynamoClient } from '../../lib/adapters/dynamo/client.ts';
import { createUserStore } from '../../lib/adapters/dynamo/user-store.ts';
import { createImpactRebuilder } from '../../lib/impact/create-impact-rebuilder.ts';
import { createRollupRebuilder } from '../../lib/projections/rollup-rebuilder.ts';
import type { WalkDeps } from '../../lib/rebuilds/walk.ts';
import type { HeadStore } from '../../lib/samples/head-store.ts';
import { createNightRebuilder } from '../../lib/sleep/night-rebuilder.ts';
import { wireVault } from './http/wire-access.ts';
import type { Platform } from './platform.ts';
import { wireImpact } from './wire-impact.ts';
import { wireNights } from './wire-nights.ts';
import { type ProjectionEnv, wireProjection } from './wire-projection.ts';

/** What computes read models again: the queue's function and the operator's command have the same parts. */
export function wireRebuilders(
  env: ProjectionEnv,
  platform: Platform,
): WalkDeps & { readonly heads: Pick<HeadStore, 'load'> } {
  const dynamo = platform.client('dynamo', createDynamoClient);
  const { clock, randomness } = platform;
  const vault = wireVault(env, platform);
  const projection = wireProjection(env, platform, vault);
  return {
    rebuilders: [
      createRollupRebuilder(projection),
      createNightRebuilder(wireNights(env, platform, vault)),
      createImpactRebuilder(wireImpact(env, platform, vault)),
    ],
    users: createUserStore({ dynamo, coreTable: env.CORE_TABLE_NAME, vault, clock, randomness }),
    heads: projection.heads,
  };
}
