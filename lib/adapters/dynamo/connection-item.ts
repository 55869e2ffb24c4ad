import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ConnectionId, SyncId } from '../../../contracts/primitives/ids.ts';
import type { Connection } from '../../connections/model.ts';
import { STATUS_REASONS } from '../../connections/model.ts';
import { type EpochMs, toIso } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { ProviderAccount } from '../../providers/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { CONNECTION_PREFIX, DUE_SHARD_COUNT, duePartition, userPartition } from './core-keys.ts';
import {
  B,
  bytesOf,
  type Item,
  N,
  numberOf,
  optionalNumberOf,
  optionalStringOf,
  S,
  stringOf,
} from './dynamo.ts';

/** Of ids by which a provider may name one person; Fitbit has two. */
const MAX_ACCOUNT_ID_COUNT = 5;
const MAX_ACCOUNT_ID_CHARS = 200;

const Account = z.object({
  providerUserId: z.string(),
  otherUserIds: z.array(z.string()).optional(),
  timeZone: z.string().optional(),
  grantedScopes: z.array(z.string()).optional(),
  inboundUrl: z.string().optional(),
});
/** Whole milliseconds, whatever arithmetic made of them: a connection that cannot be read is worse. */
const Instant = z.number().transform((ms) => Math.round(ms) as EpochMs);
const Instants = z.record(z.string(), Instant);
const Counts = z.object({
  fetched: z.int(),
  accepted: z.int(),
  updated: z.int(),
  duplicate: z.int(),
  refused: z.int(),
  deleted: z.int(),
  pages: z.int(),
});
const LastSync = z.object({
  syncId: SyncId,
  status: z.enum(['running', 'succeeded', 'partial', 'failed']),
  finishedAtMs: Instant.optional(),
  counts: Counts,
});
const Status = z.enum(['connected', 'needs_reauth', 'disconnected']);
const Reason = z.enum(STATUS_REASONS);

/** Binds a sealed account to its connection and version: one that is moved or put back does not open. */
const aadOf = (scope: UserScope, connectionId: ConnectionId, version: number): string =>
  `${userPartition(scope)}|CONNECTION|${connectionId}|${version}`;

/** The lookup of one id of a provider: pushes name it, and it is no secret to those who have the id. */
export const accountHashOf = (provider: string, providerUserId: string): string =>
  createHash('sha256').update(`${provider}|${providerUserId}`).digest('hex');

/** The lookups of an account, its own id's first. */
export function accountHashes(provider: string, account: ProviderAccount): readonly [string, ...string[]] {
  const others = (account.otherUserIds ?? [])
    .filter((id) => id !== account.providerUserId && id.length <= MAX_ACCOUNT_ID_CHARS)
    .slice(0, MAX_ACCOUNT_ID_COUNT - 1);
  return [
    accountHashOf(provider, account.providerUserId),
    ...new Set(others.map((id) => accountHashOf(provider, id))),
  ];
}

/** Which of the index's partitions a connection lies in. */
export const dueShardOf = (connectionId: ConnectionId): number =>
  (createHash('sha256').update(connectionId).digest()[0] ?? 0) % DUE_SHARD_COUNT;

/** Everything but `lastPushAt`, which pushes write alone. An attribute that is undefined is to go. */
export function toConnectionAttributes(
  scope: UserScope,
  connection: Connection,
  { key, randomness }: { readonly key: DataKey; readonly randomness: Randomness },
): Readonly<Record<string, Item[string] | undefined>> {
  const { connectionId, version, dueAtMs, lastSync } = connection;
  const account = Buffer.from(JSON.stringify(connection.account));
  return {
    provider: S(connection.provider),
    status: S(connection.status),
    reason: connection.reason === undefined ? undefined : S(connection.reason),
    connectedAt: N(connection.connectedAtMs),
    createdAt: N(connection.createdAtMs),
    version: N(version),
    account: B(seal(account, key, aadOf(scope, connectionId, version), randomness)),
    lookups: S(JSON.stringify(accountHashes(connection.provider, connection.account))),
    syncedTo: S(JSON.stringify(connection.syncedTo)),
    lastSync: lastSync === undefined ? undefined : S(JSON.stringify(lastSync)),
    dueAt: dueAtMs === undefined ? undefined : N(dueAtMs),
    gsi1pk: dueAtMs === undefined ? undefined : S(duePartition(dueShardOf(connectionId))),
    gsi1sk: dueAtMs === undefined ? undefined : S(`${toIso(dueAtMs)}#${connectionId}`),
    silentSince: connection.silentSinceMs === undefined ? undefined : N(connection.silentSinceMs),
  };
}

export function fromConnectionItem(scope: UserScope, item: Item, key: DataKey): Connection {
  const connectionId = connectionIdOf(item);
  const version = numberOf(item, 'version');
  const account = open(bytesOf(item, 'account'), key, aadOf(scope, connectionId, version));
  const reason = optionalStringOf(item, 'reason');
  const lastSync = optionalStringOf(item, 'lastSync');
  return {
    connectionId,
    provider: stringOf(item, 'provider'),
    status: Status.parse(stringOf(item, 'status')),
    reason: reason === undefined ? undefined : Reason.parse(reason),
    connectedAtMs: numberOf(item, 'connectedAt') as EpochMs,
    createdAtMs: numberOf(item, 'createdAt') as EpochMs,
    version,
    account: parseAccount(account),
    syncedTo: Instants.parse(JSON.parse(stringOf(item, 'syncedTo'))),
    lastSync: lastSync === undefined ? undefined : parseLastSync(lastSync),
    lastPushAtMs: optionalNumberOf(item, 'lastPushAt') as EpochMs | undefined,
    dueAtMs: optionalNumberOf(item, 'dueAt') as EpochMs | undefined,
    silentSinceMs: optionalNumberOf(item, 'silentSince') as EpochMs | undefined,
  };
}

export const connectionIdOf = (item: Item): ConnectionId =>
  ConnectionId.parse(stringOf(item, 'sk').slice(CONNECTION_PREFIX.length));

/** The lookups that a connection's item names: to be removed with it, when nothing opens it any more. */
export const lookupsOf = (item: Item): readonly string[] =>
  z.array(z.string()).parse(JSON.parse(stringOf(item, 'lookups')));

function parseAccount(bytes: Uint8Array): ProviderAccount {
  const { providerUserId, ...rest } = Account.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return {
    providerUserId,
    ...(rest.otherUserIds === undefined ? {} : { otherUserIds: rest.otherUserIds }),
    ...(rest.timeZone === undefined ? {} : { timeZone: rest.timeZone }),
    ...(rest.grantedScopes === undefined ? {} : { grantedScopes: rest.grantedScopes }),
    ...(rest.inboundUrl === undefined ? {} : { inboundUrl: rest.inboundUrl }),
  };
}

function parseLastSync(text: string): NonNullable<Connection['lastSync']> {
  const { finishedAtMs, ...rest } = LastSync.parse(JSON.parse(text));
  return { ...rest, finishedAtMs };
}
