import type { ConnectionId, UserId, WorkspaceId } from '../../../contracts/primitives/ids.ts';
import type { UserScope } from '../../samples/model.ts';
import { type Item, S } from './dynamo.ts';

/**
 * Every key of the `core` table. All begin with the workspace, so that no key of one workspace can name
 * another's data; the lookups by key hash, by issuer, by a provider's user and by what a browser brings back
 * from a consent are the listed exceptions (architecture.md 4).
 */
const key = (pk: string, sk: string): Item => ({ pk: S(pk), sk: S(sk) });

export const userPartition = ({ workspaceId, userId }: UserScope): string => `W#${workspaceId}#U#${userId}`;

/** The scope that `userPartition` was given; throws for any other text. */
export function parseUserPartition(pk: string): UserScope {
  const match = /^W#([^#]+)#U#([^#]+)$/.exec(pk);
  if (match === null) throw new Error('not the partition of a user');
  return { workspaceId: match[1] as WorkspaceId, userId: match[2] as UserId };
}

export const headKey = (scope: UserScope): Item => key(userPartition(scope), 'HEAD');
export const userKey = (scope: UserScope): Item => key(userPartition(scope), 'USER');
export const ledgerKey = (scope: UserScope, requestId: string): Item =>
  key(userPartition(scope), `LEDGER#${requestId}`);

/** Twelve digits, so that the text order of sort keys is the order of the numbers. */
export const changeSortKey = (seq: number): string => `CHANGE#${String(seq).padStart(12, '0')}`;
export const CHANGE_PREFIX = 'CHANGE#';
export const changeKey = (scope: UserScope, seq: number): Item =>
  key(userPartition(scope), changeSortKey(seq));

/** What is known of a record by its id; the record itself lies in the order of its start. */
export const recordPointerKey = (scope: UserScope, kind: string, recordId: string): Item =>
  key(userPartition(scope), `RECORD#${kind}#${recordId}`);
export const recordBodyPrefix = (kind: string): string => `RECORDAT#${kind}#`;
export const recordBodyKey = (scope: UserScope, kind: string, at: string): Item =>
  key(userPartition(scope), `${recordBodyPrefix(kind)}${at}`);

/** A file of an activity on its way in (lib/workouts/imports). */
export const activityImportKey = (scope: UserScope, importId: string): Item =>
  key(userPartition(scope), `ACTIVITYIMPORT#${importId}`);

/** How far a source has sent its workouts. */
export const WORKOUT_SYNC_PREFIX = 'WORKOUTSYNC#';
export const workoutSyncKey = (scope: UserScope, sourceId: string): Item =>
  key(userPartition(scope), WORKOUT_SYNC_PREFIX + sourceId);

/** For each month the number of the last change to the records of each of its dates (REC8). */
export const recordDaysSortKey = (kind: string, month: string): string => `RECORDDAYS#${kind}#${month}`;
export const recordDaysKey = (scope: UserScope, kind: string, month: string): Item =>
  key(userPartition(scope), recordDaysSortKey(kind, month));

export const WORKOUT_DECISION_PREFIX = 'WORKOUTDECISION#';
export const workoutDecisionKey = (scope: UserScope, groupId: string): Item =>
  key(userPartition(scope), WORKOUT_DECISION_PREFIX + groupId);

/** Says that an announcement was made: what it was about, once. */
export const announcedKey = (scope: UserScope, what: string): Item =>
  key(userPartition(scope), `ANNOUNCED#${what}`);

export const rollupPartition = (scope: UserScope, metric: string): string =>
  `${userPartition(scope)}#R#${metric}`;
export const rollupKey = (scope: UserScope, metric: string, date: string): Item =>
  key(rollupPartition(scope, metric), date);

/** Impact of sessions by a metric, in the order of the sessions' start. */
export const impactPartition = (scope: UserScope, metric: string): string =>
  `${userPartition(scope)}#I#${metric}`;
/** The directory of sessions in the order of their start, and up to where it followed the log of device sync. */
export const sessionPartition = (scope: UserScope): string => `${userPartition(scope)}#SESSIONS`;
export const SESSION_POINTER_PREFIX = 'ID#';
export const SESSION_PLACE_PREFIX = 'AT#';
export const sessionPointerKey = (scope: UserScope, sessionId: string): Item =>
  key(sessionPartition(scope), SESSION_POINTER_PREFIX + sessionId);
/** `place`: `<start as ISO>#<sessionId>`. */
export const sessionPlaceKey = (scope: UserScope, place: string): Item =>
  key(sessionPartition(scope), SESSION_PLACE_PREFIX + place);
export const sessionMarkKey = (scope: UserScope): Item => key(sessionPartition(scope), 'MARK');

export const workspacePartition = (workspaceId: string): string => `W#${workspaceId}`;
export const workspaceKey = (workspaceId: string): Item => key(workspacePartition(workspaceId), 'WORKSPACE');
export const apiKeyKey = (workspaceId: string, apiKeyId: string): Item =>
  key(workspacePartition(workspaceId), `KEY#${apiKeyId}`);
export const issuerKey = (workspaceId: string, issuerId: string): Item =>
  key(workspacePartition(workspaceId), `ISSUER#${issuerId}`);
/** The directory that users are listed from, in the order of their ids. */
export const userDirectoryPartition = (workspaceId: string): string => `W#${workspaceId}#USERS`;
export const userDirectoryKey = (workspaceId: string, userId: string): Item =>
  key(userDirectoryPartition(workspaceId), userId);
export const externalIdKey = (workspaceId: string, externalId: string): Item =>
  key(`W#${workspaceId}#X#${externalId}`, 'EXTERNAL');
/** One item per principal and minute, taken in chunks; `window` is the minute since 1970. */
export const rateKey = (workspaceId: string, principal: string, window: number): Item =>
  key(`W#${workspaceId}#RATE#${principal}`, String(window));

export const REBUILD_PREFIX = 'REBUILD#';
export const rebuildKey = (workspaceId: string, rebuildId: string): Item =>
  key(workspacePartition(workspaceId), REBUILD_PREFIX + rebuildId);
/** Which rebuild a caller's request made. */
export const rebuildRequestKey = (workspaceId: string, request: string): Item =>
  key(workspacePartition(workspaceId), `REBUILDREQUEST#${request}`);
/** How many rebuilds of the workspace are at work. */
export const rebuildPlacesKey = (workspaceId: string): Item =>
  key(workspacePartition(workspaceId), 'REBUILDPLACES');
/** How far a user's rows are after the last change of priorities. */
export const recomputationKey = (scope: UserScope): Item => key(userPartition(scope), 'RECOMPUTATION');

/** Exception: an API key is looked up before its workspace is known. */
export const keyHashKey = (sha256Hex: string): Item => key(`KEYHASH#${sha256Hex}`, 'KEYHASH');
/** Exception: an (issuer, audience) pair belongs to one workspace and names it. */
export const issuerPairKey = (sha256Hex: string): Item => key(`ISSUERPAIR#${sha256Hex}`, 'ISSUERPAIR');

export const CONNECTION_PREFIX = 'CONNECTION#';
export const connectionKey = (scope: UserScope, connectionId: ConnectionId): Item =>
  key(userPartition(scope), CONNECTION_PREFIX + connectionId);
/** A user has one connection per account at a provider: this names it. */
export const accountKey = (scope: UserScope, accountHash: string): Item =>
  key(userPartition(scope), `ACCOUNT#${accountHash}`);

/** Who works on a connection now. Sorts before its syncs, so that an erasure takes it first. */
export const runKey = (scope: UserScope, connectionId: ConnectionId): Item =>
  key(userPartition(scope), `RUN#${connectionId}`);
export const inboxPrefix = (connectionId: ConnectionId): string => `INBOX#${connectionId}#`;
export const inboxKey = (scope: UserScope, connectionId: ConnectionId, entryId: string): Item =>
  key(userPartition(scope), inboxPrefix(connectionId) + entryId);
export const syncPrefix = (connectionId: ConnectionId): string => `SYNC#${connectionId}#`;
export const syncKey = (scope: UserScope, connectionId: ConnectionId, syncId: string): Item =>
  key(userPartition(scope), syncPrefix(connectionId) + syncId);
export const quarantinePrefix = (connectionId: ConnectionId): string => `QUARANTINE#${connectionId}#`;
export const quarantineKey = (scope: UserScope, connectionId: ConnectionId, quarantineId: string): Item =>
  key(userPartition(scope), quarantinePrefix(connectionId) + quarantineId);

/** Exceptions: circuit, quota and places of a provider's application, which all workspaces share. */
export const providerPartition = (provider: string): string => `PROVIDER#${provider}`;
export const gateKey = (provider: string): Item => key(providerPartition(provider), 'GATE');
export const SLOT_PREFIX = 'SLOT#';
export const slotKey = (provider: string, slot: number): Item =>
  key(providerPartition(provider), SLOT_PREFIX + String(slot).padStart(3, '0'));
/** A partition of its own per bucket of time, so that calls of one minute lie beside no others. */
export const quotaKey = (provider: string, bucket: string): Item =>
  key(`${providerPartition(provider)}#QUOTA#${bucket}`, 'ALL');
export const quotaShareKey = (provider: string, bucket: string, workspaceId: string): Item =>
  key(`${providerPartition(provider)}#QUOTA#${bucket}#W#${workspaceId}`, 'SHARE');

/** Exception: a push names a provider's user and no workspace. The hash is over provider and user id. */
export const providerUserPartition = (accountHash: string): string => `PROVIDERUSER#${accountHash}`;
export const providerUserKey = (accountHash: string, scope: UserScope, connectionId: ConnectionId): Item =>
  key(providerUserPartition(accountHash), `${scope.workspaceId}#${scope.userId}#${connectionId}`);
/** Exceptions: a browser brings a state or a ticket and no principal; both are kept as hashes. */
export const consentStateKey = (sha256Hex: string): Item => key(`STATE#${sha256Hex}`, 'STATE');
export const connectTicketKey = (sha256Hex: string): Item => key(`TICKET#${sha256Hex}`, 'TICKET');

/** The index `due` (KEYS_ONLY): connections by the time at which the schedule looks at them next. */
export const DUE_INDEX = 'due';
export const DUE_SHARD_COUNT = 64;
export const duePartition = (shard: number): string => `DUE#${shard}`;

/**
 * What devices sync (SYN1), but for the rows, which lie in `samples`. The counter of a user's commits is deleted in the transaction that erases the user,
 * and every later commit has a condition on it: what is left behind is found by the sweep.
 */
export const entitiesKey = (scope: UserScope): Item => key(userPartition(scope), 'ENTITIES');
export const ENTITY_ALIAS_PREFIX = 'ENTITYALIAS#';
export const entityAliasKey = (scope: UserScope, type: string, clientId: string): Item =>
  key(userPartition(scope), `${ENTITY_ALIAS_PREFIX}${type}#${clientId}`);
export const ENTITY_CONFLICT_PREFIX = 'ENTITYCONFLICT#';
export const entityConflictKey = (scope: UserScope, conflictId: string): Item =>
  key(userPartition(scope), ENTITY_CONFLICT_PREFIX + conflictId);
/** Twelve digits, as those of `changeSortKey`. */
export const entityLogSortKey = (seq: number): string => `ENTITYLOG#${String(seq).padStart(12, '0')}`;
export const ENTITY_LOG_PREFIX = 'ENTITYLOG#';
export const entityLogKey = (scope: UserScope, seq: number): Item =>
  key(userPartition(scope), entityLogSortKey(seq));
/** An operation's ledger row, and behind it the parts of an answer that is too large for one item. */
export const entityOperationKey = (scope: UserScope, operationId: string): Item =>
  key(userPartition(scope), `ENTITYOP#${operationId}`);
export const entityOperationPartKey = (scope: UserScope, operationId: string, part: number): Item =>
  key(userPartition(scope), `ENTITYOP#${operationId}#${String(part).padStart(3, '0')}`);
/** In the index `due`: users by the time at which the oldest entry of their log may go (SYN12). */
export const logDuePartition = (shard: number): string => `DUE#LOG#${shard}`;
/** One place per kind for a lease (SYN10). */
export const entityLeasePrefix = (kind: string): string => `ENTITYLEASE#${kind}#`;
export const entityLeaseKey = (scope: UserScope, kind: string, slot: number): Item =>
  key(userPartition(scope), entityLeasePrefix(kind) + String(slot));
