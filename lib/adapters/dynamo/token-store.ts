import { GetItemCommand, UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import type { StoredTokens } from '../../connections/model.ts';
import type { TokenStore } from '../../connections/tokens/token-store.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { UserScope } from '../../samples/model.ts';
import type { DataKey, DataKeys } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { userPartition } from './core-keys.ts';
import { B, type Dynamo, type Item, N, numberOf, S } from './dynamo.ts';
import { isFailedCondition } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';
import { tokenKey } from './vault-keys.ts';

export interface TokenStoreDependencies {
  readonly dynamo: Dynamo;
  readonly vaultTable: string;
  readonly dataKeys: Pick<DataKeys, 'load'>;
  readonly randomness: Randomness;
}

type Tokens = Omit<StoredTokens, 'version'>;

const Sealed = z.object({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  tokenSecret: z.string().optional(),
  // Lifetimes are a provider's numbers: a fraction of a millisecond must not make a token unreadable.
  expiresAtMs: z
    .number()
    .transform((ms) => Math.floor(ms) as EpochMs)
    .optional(),
  userId: z.string().optional(),
  scope: z.string().optional(),
});

/** Consents of one connection hardly ever meet. */
const MAX_ROUND_COUNT = 10;

/** Binds sealed tokens to their connection and version: ones that are moved or put back do not open. */
const aadOf = (scope: UserScope, connectionId: ConnectionId, version: number): string =>
  `${userPartition(scope)}|TOKEN|${connectionId}|${version}`;

/**
 * TokenStore on the `vault` table: version, tokens (sealed), leaseOwner, leaseUntil. What is removed leaves
 * its version behind, so that nobody who read an older token can store one over a later consent's.
 */
export function createTokenStore(deps: TokenStoreDependencies): TokenStore {
  return {
    load: (scope, connectionId) => load(deps, scope, connectionId),
    put: async (scope, connectionId, tokens) => {
      for (let round = 0; round < MAX_ROUND_COUNT; round += 1) {
        const item = await read(deps, tokenKey(scope, connectionId));
        const version = item === undefined ? 0 : numberOf(item, 'version');
        if ((await store(deps, { scope, connectionId, version }, tokens)) === 'saved')
          return { ...tokens, version: version + 1 };
      }
      throw new AppError('server.unavailable', 'Others keep storing tokens of this connection.');
    },
    takeRefreshLease: (scope, connectionId, lease) => takeLease(deps, tokenKey(scope, connectionId), lease),
    save: (scope, connectionId, fromVersion, tokens) =>
      store(deps, { scope, connectionId, version: fromVersion }, tokens),
    releaseRefreshLease: async (scope, connectionId, owner) => {
      await update(deps, tokenKey(scope, connectionId), {
        UpdateExpression: 'REMOVE leaseOwner, leaseUntil',
        ConditionExpression: 'leaseOwner = :me',
        ExpressionAttributeValues: { ':me': S(owner) },
      });
    },
    remove: async (scope, connectionId, ifVersion) => {
      const isSame = ifVersion === undefined ? '' : ' AND version = :read';
      const updated = await update(deps, tokenKey(scope, connectionId), {
        UpdateExpression: 'SET version = version + :one REMOVE tokens, leaseOwner, leaseUntil',
        ConditionExpression: `attribute_exists(tokens)${isSame}`,
        ExpressionAttributeValues: {
          ':one': N(1),
          ...(ifVersion === undefined ? {} : { ':read': N(ifVersion) }),
        },
      });
      return updated.kind === 'refused' && updated.found?.['tokens'] !== undefined ? 'moved' : 'removed';
    },
  };
}

async function read({ dynamo, vaultTable }: TokenStoreDependencies, key: Item): Promise<Item | undefined> {
  const command = new GetItemCommand({ TableName: vaultTable, Key: key, ConsistentRead: true });
  return (await dynamo.send(command).catch(rethrowStoreError)).Item;
}

type Updated =
  | { readonly kind: 'written'; readonly before: Item | undefined }
  /** The item as its condition found it; undefined when there is none. */
  | { readonly kind: 'refused'; readonly found: Item | undefined };

async function update(
  { dynamo, vaultTable }: TokenStoreDependencies,
  key: Item,
  change: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
): Promise<Updated> {
  const command = new UpdateItemCommand({
    TableName: vaultTable,
    Key: key,
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ...change,
  });
  try {
    return { kind: 'written', before: (await dynamo.send(command)).Attributes };
  } catch (error) {
    return isFailedCondition(error) ? { kind: 'refused', found: error.Item } : rethrowStoreError(error);
  }
}

async function load(
  deps: TokenStoreDependencies,
  scope: UserScope,
  connectionId: ConnectionId,
): Promise<StoredTokens | undefined> {
  const item = await read(deps, tokenKey(scope, connectionId));
  const sealed = item?.['tokens']?.B;
  if (item === undefined || sealed === undefined) return undefined;
  const key = await deps.dataKeys.load(scope);
  if (key === undefined) return undefined;
  const version = numberOf(item, 'version');
  return { version, ...parseTokens(open(sealed, key, aadOf(scope, connectionId, version))) };
}

function parseTokens(bytes: Uint8Array): Tokens {
  const tokens = Sealed.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return {
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    tokenSecret: tokens.tokenSecret,
    expiresAtMs: tokens.expiresAtMs,
    userId: tokens.userId,
    scope: tokens.scope,
  };
}

/**
 * Stores above `version`, and ends the lease whoever holds it. When the refused item holds these very bytes,
 * it was our own write whose reply was lost.
 */
async function store(
  deps: TokenStoreDependencies,
  from: { readonly scope: UserScope; readonly connectionId: ConnectionId; readonly version: number },
  tokens: Tokens,
): Promise<'saved' | 'moved'> {
  const { scope, connectionId, version } = from;
  const key: DataKey | undefined = await deps.dataKeys.load(scope);
  if (key === undefined) throw new AppError('user.not_found', 'There is no user by this id.');
  const plain = Buffer.from(JSON.stringify(tokens));
  const sealed = seal(plain, key, aadOf(scope, connectionId, version + 1), deps.randomness);
  const updated = await update(deps, tokenKey(scope, connectionId), {
    UpdateExpression: 'SET version = :next, tokens = :tokens REMOVE leaseOwner, leaseUntil',
    ConditionExpression: version === 0 ? 'attribute_not_exists(pk)' : 'version = :read',
    ExpressionAttributeValues: {
      ':next': N(version + 1),
      ':tokens': B(sealed),
      ...(version === 0 ? {} : { ':read': N(version) }),
    },
  });
  if (updated.kind === 'written') return 'saved';
  const stored = updated.found?.['tokens']?.B;
  return stored !== undefined && Buffer.compare(stored, sealed) === 0 ? 'saved' : 'moved';
}

async function takeLease(
  deps: TokenStoreDependencies,
  key: Item,
  lease: Parameters<TokenStore['takeRefreshLease']>[2],
): ReturnType<TokenStore['takeRefreshLease']> {
  const updated = await update(deps, key, {
    UpdateExpression: 'SET leaseOwner = :me, leaseUntil = :until',
    ConditionExpression:
      'version = :read AND attribute_exists(tokens) AND (attribute_not_exists(leaseOwner) OR leaseUntil <= :now OR leaseOwner = :me)',
    ExpressionAttributeValues: {
      ':me': S(lease.owner),
      ':until': N(lease.untilMs),
      ':read': N(lease.readVersion),
      ':now': N(lease.nowMs),
    },
  });
  if (updated.kind === 'written') {
    const owner = updated.before?.['leaseOwner']?.S;
    return owner === undefined || owner === lease.owner ? 'taken' : 'taken_over';
  }
  const { found } = updated;
  const isSameVersion = found !== undefined && numberOf(found, 'version') === lease.readVersion;
  return isSameVersion && found['tokens'] !== undefined ? 'held' : 'moved';
}
