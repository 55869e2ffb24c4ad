import { createHash } from 'node:crypto';
import type { PushReceived } from '../../../contracts/commands/push-received.ts';
import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import { type EpochMs, localDateOf } from '../../core/instants.ts';
import { mapBounded } from '../../core/map-bounded.ts';
import { AppError } from '../../problems/app-error.ts';
import type { PushItem } from '../../providers/definition.ts';
import type { UserScope } from '../../samples/model.ts';
import type { ConnectionStore } from '../connection-store.ts';
import type { InboxEntry } from '../model.ts';
import type { ProviderDirectory } from '../provider-directory.ts';
import type { RawStore } from '../syncs/raw-store.ts';
import type { RunStore } from '../syncs/run-store.ts';
import type { SyncQueue } from '../syncs/sync-queue.ts';
import type { PushBodies } from './push-queue.ts';
import { coalesceItems, groupByPerson, type PersonalItem, type PushWish } from './push-wishes.ts';

export interface ApplyDependencies {
  readonly providers: ProviderDirectory;
  readonly connections: Pick<ConnectionStore, 'findByProviderUser' | 'load' | 'notePush'>;
  readonly runs: Pick<RunStore, 'addToInbox'>;
  readonly syncs: SyncQueue;
  readonly bodies: PushBodies;
  /** Keeps data that came within a push beside the pages that were fetched. */
  readonly payloads: Pick<RawStore, 'put'>;
}

/** What became of one notification; no id of a person is in it. */
export interface AppliedPush {
  readonly itemCount: number;
  readonly connectionCount: number;
  readonly entryCount: number;
  /** Items of people whom nobody here connected, or who disconnected. */
  readonly unknownUserCount: number;
  readonly ignoredCount: number;
  readonly unreadableCount: number;
  /** Where the body is kept when a part of it could not be read. */
  readonly keptAs: string | undefined;
}

/** A body is not kept as long as its message was: some days of failed deliveries have passed. */
export const GONE: AppliedPush = {
  itemCount: 0,
  connectionCount: 0,
  entryCount: 0,
  unknownUserCount: 0,
  ignoredCount: 0,
  unreadableCount: 1,
  keptAs: undefined,
};

/** People of one notification at a time: each costs a handful of calls. */
const PEOPLE_AT_A_TIME = 8;

/**
 * Writes what a genuine notification says into the inboxes of the connections it is about, and wakes their
 * sync. A repeat writes the same entries. People that are not connected are counted, items that cannot be read
 * are counted and their body kept; neither keeps the others from being applied. Throws when a part of the
 * notification could not be applied now, after everything else was.
 */
export async function applyPush(deps: ApplyDependencies, push: PushReceived): Promise<AppliedPush> {
  const body = await bodyOf(deps.bodies, push);
  if (body === undefined) return GONE;
  const { definition } = await deps.providers.get(push.provider);
  const items = definition.push.parse(body, push.headers);
  const unreadableCount = countOf(items, 'unreadable');
  const keptAs = unreadableCount === 0 ? undefined : await deps.bodies.put(body);
  const people = [...groupByPerson(items.filter(isPersonal))];
  const outcomes = await mapBounded(people, PEOPLE_AT_A_TIME, ([person, theirs]) =>
    applyToPerson(deps, push, person, theirs).catch((error: unknown) => ({ error })),
  );
  const applied = outcomes.map((outcome) => {
    if ('error' in outcome) throw outcome.error;
    return outcome;
  });
  return {
    itemCount: items.length,
    connectionCount: sumOf(applied, ({ connectionCount }) => connectionCount),
    entryCount: sumOf(applied, ({ entryCount }) => entryCount),
    unknownUserCount: sumOf(applied, ({ unknownUserCount }) => unknownUserCount),
    ignoredCount: countOf(items, 'ignored'),
    unreadableCount,
    keptAs,
  };
}

const isPersonal = (item: PushItem): item is PersonalItem =>
  item.kind !== 'ignored' && item.kind !== 'unreadable';

const countOf = (items: readonly PushItem[], kind: PushItem['kind']): number =>
  items.filter((item) => item.kind === kind).length;

const sumOf = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);

async function bodyOf(bodies: PushBodies, push: PushReceived): Promise<Uint8Array | undefined> {
  if (push.body !== undefined) return Buffer.from(push.body, 'base64');
  return push.bodyKey === undefined ? undefined : bodies.get(push.bodyKey);
}

type PersonOutcome = Pick<AppliedPush, 'connectionCount' | 'entryCount' | 'unknownUserCount'>;

async function applyToPerson(
  deps: ApplyDependencies,
  push: PushReceived,
  person: string,
  items: readonly PersonalItem[],
): Promise<PersonOutcome> {
  const found = await deps.connections.findByProviderUser(push.provider, person);
  const wishes = coalesceItems(items);
  const outcomes = await mapBounded(found, PEOPLE_AT_A_TIME, (at) =>
    applyToConnection(deps, push, at, wishes).catch((error: unknown) => ({ error })),
  );
  for (const outcome of outcomes) {
    if (typeof outcome === 'object') throw outcome.error;
  }
  const connectionCount = outcomes.filter((outcome) => outcome === 'applied').length;
  return {
    connectionCount,
    entryCount: connectionCount * wishes.length,
    unknownUserCount: connectionCount === 0 ? items.length : 0,
  };
}

interface Place {
  readonly scope: UserScope;
  readonly connectionId: ConnectionId;
}

/** One that ended, or whose user was erased meanwhile, is as good as none. */
async function applyToConnection(
  deps: ApplyDependencies,
  push: PushReceived,
  { scope, connectionId }: Place,
  wishes: readonly PushWish[],
): Promise<'applied' | 'ended'> {
  const connection = await deps.connections.load(scope, connectionId);
  if (connection === undefined || connection.status === 'disconnected') return 'ended';
  try {
    const receivedAtMs = push.receivedAtMs as EpochMs;
    const place = { scope, connectionId, receivedAtMs };
    const entries = await mapBounded(
      wishes.map((wish, position) => ({ wish, position })),
      PEOPLE_AT_A_TIME,
      ({ wish, position }) => toEntry(deps.payloads, place, wish, position),
    );
    await deps.runs.addToInbox(scope, connectionId, entries);
    await deps.connections.notePush(scope, connectionId, receivedAtMs);
    await deps.syncs.wake(scope, connectionId, { correlationId: push.correlationId, delaySec: 0 });
    return 'applied';
  } catch (error) {
    if (error instanceof AppError && error.code === 'user.not_found') return 'ended';
    throw error;
  }
}

async function toEntry(
  payloads: ApplyDependencies['payloads'],
  place: Place & { readonly receivedAtMs: EpochMs },
  wish: PushWish,
  position: number,
): Promise<InboxEntry> {
  const entryId = entryIdOf(place.receivedAtMs, wish, position);
  const base = { entryId, receivedAtMs: place.receivedAtMs };
  if (wish.kind !== 'payload') return { ...base, ...wish };
  const { dataType } = wish;
  const body = new TextEncoder().encode(JSON.stringify(wish.payload) ?? 'null');
  const { scope, connectionId, receivedAtMs } = place;
  const date = localDateOf(receivedAtMs, 0);
  const rawPlace = { connectionId, date, syncId: `push-${receivedAtMs}`, dataType, name: entryId };
  const rawKey = await payloads.put(scope, rawPlace, body);
  return { ...base, kind: 'payload', dataType, rawKey };
}

/**
 * An inbox is read in the order of its ids: moment, place in the notification, content. The moment makes a later
 * notification of the same words another entry, because the first may be under way with what was true before it;
 * a message that is delivered again has the same moment and is the same entry.
 */
function entryIdOf(receivedAtMs: EpochMs, wish: PushWish, position: number): string {
  const hash = createHash('sha256').update(JSON.stringify(wish)).digest('hex');
  return `${String(receivedAtMs).padStart(14, '0')}-${String(position).padStart(5, '0')}-${hash.slice(0, 32)}`;
}
