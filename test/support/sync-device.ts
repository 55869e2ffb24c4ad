import type { SyncSchema } from '../../contracts/sync/entity.ts';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import {
  createHeadwaterClient,
  type HeadwaterClient,
  type HeadwaterClientOptions,
} from '../../lib/client/headwater-client.ts';
import type { LocalStore } from '../../lib/client/store/local-store.ts';
import { createMemoryStore } from '../../lib/client/store/memory-store.ts';
import type { Transport } from '../../lib/client/transport.ts';

export interface SyncDevice {
  readonly client: HeadwaterClient;
  readonly storage: LocalStore;
}

/** Anything that carries requests and knows the time. */
export interface DeviceWorld {
  readonly transport: Transport;
  nowMs: number;
}

/** A device over a world's transport and clock; ids come from a counter, apart by device. */
export async function openDevice(
  world: DeviceWorld,
  deviceId: string,
  more: Partial<HeadwaterClientOptions> & { readonly schema?: SyncSchema } = {},
): Promise<SyncDevice> {
  const storage = more.storage ?? createMemoryStore();
  const client = await createHeadwaterClient({
    storage,
    transport: world.transport,
    schema: SYNC_SCHEMA,
    deviceId,
    clock: { now: () => world.nowMs },
    randomness: countedRandomness(deviceId),
    ...more,
  });
  return { client, storage };
}

let draws = 0;

/** Bytes that no two draws share: the device's name and a counter. */
export function countedRandomness(name: string): { bytes(count: number): Uint8Array } {
  const seed = [...name].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7);
  return {
    bytes(count) {
      draws += 1;
      const bytes = new Uint8Array(count);
      for (let index = 0; index < count; index += 1) {
        // Behind the bits that version and variant of an id take.
        const source =
          index >= 4 && index < 8 ? draws >>> (8 * (index - 4)) : (seed >>> (8 * (index % 4))) + index;
        bytes[index] = source & 0xff;
      }
      return bytes;
    },
  };
}
