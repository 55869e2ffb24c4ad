import type { Operation } from '../../contracts/http/routes.ts';
import type { Transport } from '../../lib/client/transport.ts';
import type { DeviceSyncWorld } from './device-sync-world.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  '/v1/sync/push': 'pushChanges',
  '/v1/sync/changes': 'pullChanges',
  '/v1/sync/snapshot': 'readSnapshot',
  '/v1/sync/digest': 'readDigest',
  '/v1/sync/conflicts': 'listConflicts',
  '/v1/sync/conflicts/batch-resolve': 'resolveConflicts',
};

/** A client's requests straight to the function that serves devices. */
export function transportTo(world: DeviceSyncWorld): Transport {
  return {
    async send({ path, query, headers, body }) {
      const operation = OPERATIONS[path];
      if (operation === undefined) throw new Error(`nobody serves ${path}`);
      const answer = await world.call(operation, {
        ...(query === undefined ? {} : { query }),
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { text: body }),
      });
      const named = Object.entries(answer.headers).map(([name, value]) => [
        name.toLowerCase(),
        String(value),
      ]);
      return { status: answer.status, headers: Object.fromEntries(named), body: answer.text };
    },
  };
}
