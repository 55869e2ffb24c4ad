import { createDynamoClient } from '../../../lib/adapters/dynamo/client.ts';
import { createHeadStore } from '../../../lib/adapters/dynamo/head-store.ts';
import { createUserStore } from '../../../lib/adapters/dynamo/user-store.ts';
import { endGrants } from '../../../lib/connections/consent/end-grants.ts';
import { openGate } from '../../../lib/connections/gate/call-gate.ts';
import { wireAccess, wireVault } from '../../_platform/http/wire-access.ts';
import type { Platform } from '../../_platform/platform.ts';
import { wireConnections } from '../../_platform/wire-connections.ts';
import type { Env } from './env.ts';
import type { ManageUsersWiring } from './handler.ts';

export function wire(env: Env, platform: Platform): ManageUsersWiring {
  const { clock, randomness } = platform;
  const dynamo = platform.client('dynamo', createDynamoClient);
  const coreTable = env.CORE_TABLE_NAME;
  const vault = wireVault(env, platform);
  const connections = { ...wireConnections(env, platform, { vault, gate: openGate }), clock, randomness };
  return {
    deps: {
      users: createUserStore({ dynamo, coreTable, vault, clock, randomness }),
      heads: createHeadStore(dynamo, coreTable),
      dataKeys: vault,
      grants: { endAll: (scope, correlationId) => endGrants(connections, scope, correlationId) },
      clock,
      randomness,
    },
    access: wireAccess(env, platform, vault),
    settings: platform,
  };
}
