import { SYNC_SCHEMA } from '../../../../../contracts/sync/registry.ts';
import { NetworkError } from '../../../../../lib/client/client-error.ts';
import { createHeadwaterClient, type HeadwaterClient } from '../../../../../lib/client/headwater-client.ts';
import { createMemoryStore } from '../../../../../lib/client/store/memory-store.ts';
import { createFetchTransport, type Transport } from '../../../../../lib/client/transport.ts';
import { systemRandomness } from '../../../../../lib/core/randomness.ts';
import { authorization } from '../api.ts';

/** A client of the SDK as a phone has it, with a switch for its network. */
export interface DemoDevice {
  readonly name: string;
  readonly client: HeadwaterClient;
  isOnline(): boolean;
  setOnline(online: boolean): void;
}

/** Keeps its rows in memory: they are gone with the page, and what was synced comes back from the server. */
export async function openDemoDevice(name: string, userId: string): Promise<DemoDevice> {
  let online = true;
  const network = createFetchTransport({
    baseUrl: location.origin,
    fetch: (url, init) => fetch(url, init),
    authorization,
    userId,
  });
  const transport: Transport = {
    send: (request) =>
      online ? network.send(request) : Promise.reject(new NetworkError('the switch is off')),
  };
  const suffix = crypto.randomUUID().slice(0, 8);
  const client = await createHeadwaterClient({
    storage: createMemoryStore(),
    transport,
    schema: SYNC_SCHEMA,
    deviceId: `${name.toLowerCase()}-${suffix}`,
    clock: { now: () => Date.now() },
    randomness: systemRandomness,
  });
  return {
    name,
    client,
    isOnline: () => online,
    setOnline: (next) => {
      online = next;
    },
  };
}
