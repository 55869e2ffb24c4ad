import { SYNC_SCHEMA } from '../../contracts/sync/registry.ts';
import { createPrng } from '../simulation/engine/prng.ts';
import { openRxdbPeer, openWatermelonPeer, type Peer } from './peer-devices.ts';
import { randomEdit } from './random-edits.ts';
import { digestOf } from './row-digest.ts';
import { type PushAnswer, readDigest, type SyncDoor } from './sync-door.ts';

const TYPES = ['journal_entries', 'goals'] as const;
const FIELDS = Object.fromEntries(
  TYPES.map((type) => {
    const { fields = {}, references = {} } = SYNC_SCHEMA.entities.get(type) ?? {};
    return [type, [...Object.keys(fields), ...Object.keys(references)]];
  }),
);
const RXDB_NAMES = ['rx-1', 'rx-2', 'rx-3'];
const WATERMELON_NAMES = ['melon-1', 'melon-2'];
/** What one device wrote last reaches all others in the round after its own. */
const SETTLING_ROUNDS = 3;

export interface PeerHistory {
  readonly door: SyncDoor;
  readonly seed: number;
  readonly stepCount: number;
  readonly now: () => number;
  /** Lets time pass before a step. */
  readonly pass?: (durationMs: number) => void;
}

export interface PeerOutcome {
  readonly editCount: number;
  /** Changes that the server had to merge or decide. */
  readonly conflictCount: number;
  /** Living rows of the server, of both types. */
  readonly rowCount: number;
  /** Digests that are not the server's; empty when all are equal. */
  readonly differences: readonly string[];
}

/**
 * Three RxDB and two WatermelonDB-style devices of one person edit the same rows, syncing now and then; at the
 * end they sync until nothing can move, and are compared with the server's digest.
 */
export async function playPeerHistory(history: PeerHistory): Promise<PeerOutcome> {
  const { door, seed, stepCount, now, pass } = history;
  const prng = createPrng(seed);
  let conflictCount = 0;
  const watched: SyncDoor = async (request) => {
    const answer = await door(request);
    if (answer.status === 207) conflictCount += (JSON.parse(answer.body) as PushAnswer).conflicts.length;
    return answer;
  };
  const peers = await openPeers(watched, now);
  let editCount = 0;
  for (let step = 0; step < stepCount; step += 1) {
    pass?.(prng.below(60_000));
    const peer = prng.pick(peers);
    if (prng.chance(0.1)) await peer.sync();
    else {
      await randomEdit(peer, prng);
      editCount += 1;
    }
  }
  for (let round = 0; round < SETTLING_ROUNDS; round += 1) {
    for (const peer of peers) await peer.sync();
  }
  const { types } = await readDigest(door);
  const differences = await compare(peers, types);
  await Promise.all(peers.map((peer) => peer.close()));
  const rowCount = TYPES.reduce((sum, type) => sum + (types[type]?.count ?? 0), 0);
  return { editCount, conflictCount, rowCount, differences };
}

async function openPeers(door: SyncDoor, now: () => number): Promise<readonly Peer[]> {
  const options = (deviceId: string) => ({ deviceId, now, door, fields: FIELDS });
  const documents = await Promise.all(RXDB_NAMES.map((name) => openRxdbPeer(options(name))));
  return [...documents, ...WATERMELON_NAMES.map((name) => openWatermelonPeer(options(name)))];
}

type Digests = Readonly<Record<string, { readonly count: number; readonly hash: string }>>;

async function compare(peers: readonly Peer[], types: Digests): Promise<readonly string[]> {
  const found: string[] = [];
  for (const peer of peers) {
    for (const type of TYPES) {
      const [own, server] = [digestOf(await peer.list(type)), types[type] ?? digestOf([])];
      if (own.count === server.count && own.hash === server.hash) continue;
      found.push(`${peer.deviceId} ${type}: ${JSON.stringify(own)}, the server ${JSON.stringify(server)}`);
    }
  }
  return found;
}
