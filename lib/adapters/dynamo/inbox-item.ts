import * as z from 'zod';
import { type ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import type { InboxEntry, SyncTrigger } from '../../connections/model.ts';
import { DAY_MS, type EpochMs, type LocalDate, toEpochSec } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { inboxKey, inboxPrefix, userPartition } from './core-keys.ts';
import { B, bytesOf, type Item, N, stringOf } from './dynamo.ts';

/** What a push named and nobody could fetch for so long is of no use: callbacks end after a day. */
const PUSH_TTL_MS = 14 * DAY_MS;

/** Whole milliseconds, whatever a provider's arithmetic made of them. */
const Instant = z.number().transform((ms) => Math.round(ms) as EpochMs);
const Day = z.string().transform((text) => text as LocalDate);
const Window = z.object({ fromMs: Instant, toMs: Instant });
const TRIGGERS = [
  'connect',
  'manual',
  'push',
  'schedule',
  'silence',
  'backfill',
  'replay',
] as const satisfies readonly SyncTrigger[];
export const Trigger = z.enum(TRIGGERS);

const base = { entryId: z.string(), receivedAtMs: Instant };
const asked = { ...base, syncId: SyncId, correlationId: z.string() };
const named = { ...base, dataType: z.string() };
const Entry = z.discriminatedUnion('kind', [
  z.object({ ...asked, kind: z.literal('sync'), trigger: Trigger }),
  z.object({ ...asked, kind: z.literal('backfill'), window: Window, types: z.array(z.string()) }),
  z.object({ ...asked, kind: z.literal('replay'), from: Day, to: Day }),
  z.object({ ...asked, kind: z.literal('erase_data') }),
  z.object({ ...named, kind: z.literal('window'), window: Window, replaces: z.boolean() }),
  z.object({ ...named, kind: z.literal('record'), id: z.string() }),
  z.object({ ...named, kind: z.literal('deletion'), id: z.string() }),
  z.object({ ...named, kind: z.literal('callback'), origin: z.string(), url: z.string() }),
  z.object({ ...named, kind: z.literal('payload'), rawKey: z.string() }),
  z.object({ ...base, kind: z.literal('deauthorized') }),
  z.object({ ...base, kind: z.literal('permissions'), grantedScopes: z.array(z.string()) }),
]);

/** Ids of records and addresses with tokens are in it: it is sealed, bound to its place. */
const aadOf = (scope: UserScope, connectionId: ConnectionId, entryId: string): string =>
  `${userPartition(scope)}|INBOX|${connectionId}|${entryId}`;

export interface EntrySeal {
  readonly key: DataKey;
  readonly randomness: Randomness;
}

export function toInboxItem(
  scope: UserScope,
  connectionId: ConnectionId,
  entry: InboxEntry,
  { key, randomness }: EntrySeal,
): Item {
  const plain = Buffer.from(JSON.stringify(entry));
  return {
    ...inboxKey(scope, connectionId, entry.entryId),
    entry: B(seal(plain, key, aadOf(scope, connectionId, entry.entryId), randomness)),
    ...('dataType' in entry ? { ttl: N(toEpochSec((entry.receivedAtMs + PUSH_TTL_MS) as EpochMs)) } : {}),
  };
}

export function fromInboxItem(
  scope: UserScope,
  connectionId: ConnectionId,
  item: Item,
  key: DataKey,
): InboxEntry {
  const entryId = stringOf(item, 'sk').slice(inboxPrefix(connectionId).length);
  const plain = open(bytesOf(item, 'entry'), key, aadOf(scope, connectionId, entryId));
  return Entry.parse(JSON.parse(Buffer.from(plain).toString('utf8')));
}
