import type { PayloadStore } from '../../lib/samples/sample-store.ts';

/** PayloadStore in memory, for tests whose payloads are small and of one process. */
export function memoryPayloads(): PayloadStore {
  const kept = new Map<string, Uint8Array>();
  return {
    put: async ({ workspaceId, userId }, key, body) => {
      kept.set(`${workspaceId}/${userId}/${key}`, body);
    },
    get: async ({ workspaceId, userId }, key) => kept.get(`${workspaceId}/${userId}/${key}`),
  };
}
