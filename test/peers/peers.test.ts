import { expect, test } from 'vitest';
import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import { createPrng } from '../simulation/engine/prng.ts';
import { openRxdbPeer, openWatermelonPeer, type Peer } from './peer-devices.ts';
import { createPeerWorld } from './peer-world.ts';
import { randomEdit } from './random-edits.ts';
import { digestOf } from './row-digest.ts';
import { readDigest, type SyncDoor } from './sync-door.ts';

const TYPES = ['journal_entries', 'goals'] as const;
const STEP_COUNT = 150;
const SEEDS = [1, 2, 3];

const FIELDS = Object.fromEntries(
  TYPES.map((type) => [type, Object.keys(SYNC_SCHEMA.entities.get(type)?.fields ?? {})]),
);

async function openPeers(door: SyncDoor, now: () => number): Promise<readonly Peer[]> {
  const options = (deviceId: string) => ({ deviceId, now, door, fields: FIELDS });
  return [
    ...(await Promise.all(['rx-1', 'rx-2', 'rx-3'].map((name) => openRxdbPeer(options(name))))),
    ...['melon-1', 'melon-2'].map((name) => openWatermelonPeer(options(name))),
  ];
}

async function settle(peers: readonly Peer[]): Promise<void> {
  for (let round = 0; round < 3; round += 1) for (const peer of peers) await peer.sync();
}

test.each(SEEDS)(
  'SYN9 three RxDB and two WatermelonDB-style clients end up equal to the server, seed %i',
  async (seed) => {
    const { door, clock } = await createPeerWorld(seed);
    const prng = createPrng(seed);
    const peers = await openPeers(door, clock.now);
    const space = { prng, made: new Map<string, string>() };
    for (let step = 0; step < STEP_COUNT; step += 1) {
      clock.advance(prng.below(60_000));
      const peer = prng.pick(peers);
      if (prng.chance(0.1)) await peer.sync();
      else await randomEdit(peer, space);
    }
    await settle(peers);
    const { types } = await readDigest(door);
    for (const peer of peers) {
      for (const type of TYPES) {
        expect(digestOf(await peer.list(type)), `${peer.deviceId} ${type}`).toEqual(types[type]);
      }
    }
    await Promise.all(peers.map((peer) => peer.close()));
  },
);
