import { createHash } from 'node:crypto';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { ConnectTicket, ConsentStore, PendingConsent } from '../../connections/consent/consent-store.ts';
import { DAY_MS, type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { Randomness } from '../../core/randomness.ts';
import { AppError } from '../../problems/app-error.ts';
import type { DataKeys } from '../../vault/data-keys.ts';
import { open, seal } from '../sealing/sealing.ts';
import { connectTicketKey, consentStateKey, parseUserPartition, userPartition } from './core-keys.ts';
import { B, bytesOf, type Dynamo, type Item, N, numberOf, optionalStringOf, S, stringOf } from './dynamo.ts';
import { isFailedCondition } from './read-item.ts';
import { rethrowStoreError } from './store-error.ts';

export interface ConsentStoreDependencies {
  readonly dynamo: Dynamo;
  readonly coreTable: string;
  readonly dataKeys: Pick<DataKeys, 'load'>;
  readonly randomness: Randomness;
}

const Secrets = z.object({
  codeVerifier: z.string().optional(),
  requestTokenSecret: z.string().optional(),
});

/** DynamoDB removes expired items within days; by the clock they are refused at once. */
const TTL_MARGIN_MS = DAY_MS;

/** ConsentStore on the `core` table. Only hashes of states and tickets are kept; secrets are sealed. */
export function createConsentStore(deps: ConsentStoreDependencies): ConsentStore {
  return {
    putPending: async (state, consent) => {
      const hash = hashOf(state);
      const sealed = await sealSecrets(deps, hash, consent);
      await put(deps, { ...consentStateKey(hash), ...toAttributes(consent), secrets: B(sealed) });
    },
    takePending: async (state, nowMs) => {
      const hash = hashOf(state);
      const item = await take(deps, consentStateKey(hash), nowMs);
      if (item === undefined) return undefined;
      const granted = fromAttributes(item);
      const key = await deps.dataKeys.load(granted.scope);
      if (key === undefined) return undefined;
      const { codeVerifier, requestTokenSecret } = Secrets.parse(
        JSON.parse(Buffer.from(open(bytesOf(item, 'secrets'), key, aadOf(hash))).toString('utf8')),
      );
      const secrets = {
        ...(codeVerifier === undefined ? {} : { codeVerifier }),
        ...(requestTokenSecret === undefined ? {} : { requestTokenSecret }),
      };
      return { ...granted, secrets };
    },
    putTicket: (ticket, granted) =>
      put(deps, { ...connectTicketKey(hashOf(ticket)), ...toAttributes(granted) }),
    takeTicket: async (ticket, nowMs) => {
      const item = await take(deps, connectTicketKey(hashOf(ticket)), nowMs);
      return item === undefined ? undefined : fromAttributes(item);
    },
  };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const aadOf = (stateHash: string): string => `STATE|${stateHash}`;

async function sealSecrets(
  { dataKeys, randomness }: ConsentStoreDependencies,
  stateHash: string,
  { scope, secrets }: PendingConsent,
): Promise<Uint8Array> {
  const key = await dataKeys.load(scope);
  if (key === undefined) throw new AppError('user.not_found', 'There is no user by this id.');
  return seal(Buffer.from(JSON.stringify(secrets)), key, aadOf(stateHash), randomness);
}

const toAttributes = ({ scope, provider, returnTo, expiresAtMs }: ConnectTicket): Item => ({
  owner: S(userPartition(scope)),
  provider: S(provider),
  ...(returnTo === undefined ? {} : { returnTo: S(returnTo) }),
  expiresAt: N(expiresAtMs),
  ttl: N(toEpochSec((expiresAtMs + TTL_MARGIN_MS) as EpochMs)),
});

const fromAttributes = (item: Item): ConnectTicket => ({
  scope: parseUserPartition(stringOf(item, 'owner')),
  provider: stringOf(item, 'provider'),
  returnTo: optionalStringOf(item, 'returnTo'),
  expiresAtMs: numberOf(item, 'expiresAt') as EpochMs,
});

async function put({ dynamo, coreTable }: ConsentStoreDependencies, item: Item): Promise<void> {
  await dynamo.send(new PutItemCommand({ TableName: coreTable, Item: item })).catch(rethrowStoreError);
}

/** Deletes it and answers what it was: of two at the same time only one gets it. */
async function take(
  { dynamo, coreTable }: ConsentStoreDependencies,
  key: Item,
  nowMs: EpochMs,
): Promise<Item | undefined> {
  const command = new DeleteItemCommand({
    TableName: coreTable,
    Key: key,
    ConditionExpression: 'expiresAt > :now',
    ExpressionAttributeValues: { ':now': N(nowMs) },
    ReturnValues: 'ALL_OLD',
  });
  try {
    return (await dynamo.send(command)).Attributes;
  } catch (error) {
    return isFailedCondition(error) ? undefined : rethrowStoreError(error);
  }
}
