import { type RawStore, rawKeyOf } from '../../lib/connections/syncs/raw-store.ts';
import type { UserScope } from '../../lib/samples/model.ts';

/** RawStore in memory. */
export function memoryRaw(): RawStore & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  const nameOf = ({ workspaceId, userId }: UserScope, key: string) => `${workspaceId}/${userId}/${key}`;
  return {
    kept,
    put: async (scope, place, body) => {
      const key = rawKeyOf(place);
      kept.set(nameOf(scope, key), body.slice());
      return key;
    },
    get: async (scope, key) => kept.get(nameOf(scope, key)),
    list: async (scope, { connectionId, date }, { after, limit }) => {
      const prefix = nameOf(scope, `${connectionId}/${date}/`);
      const root = nameOf(scope, '');
      return [...kept.keys()]
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(root.length))
        .filter((key) => after === undefined || key > after)
        .sort()
        .slice(0, limit);
    },
    removeAll: async (scope, connectionId) => {
      for (const name of kept.keys())
        if (name.startsWith(nameOf(scope, `${connectionId}/`))) kept.delete(name);
    },
  };
}
