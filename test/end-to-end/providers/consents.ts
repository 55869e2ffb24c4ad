import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { connectTicketKey, consentStateKey } from '../../../lib/adapters/dynamo/core-keys.ts';
import type { ProviderWorld } from './world.ts';

export interface Problem {
  readonly code: string;
  readonly detail: string;
}
export interface Begun {
  readonly url: string;
  readonly state: string;
}

/** A consent step by step, as `ProviderWorld.connect` does it in one. */
export interface Consents {
  begin(userId: string, provider: string, redirectUri?: string): Promise<Begun>;
  /** What the person does at the provider (`sim_user=...`), up to the address that their browser is sent to. */
  decide(url: string, what: string): Promise<URL>;
  /** One request of a browser; redirects are not followed. */
  open(address: string | URL): Promise<{ status: number; location: string | null } & Problem>;
  callbackOf(provider: string, query: Readonly<Record<string, string>>): string;
  /** Makes a state or ticket as old as it may get, by its time in the table: nobody waits ten minutes here. */
  expire(kind: 'state' | 'ticket', secret: string): Promise<void>;
  close(): void;
}

export async function openConsents(world: ProviderWorld): Promise<Consents> {
  const operator = JSON.parse(await readFile(join(world.dataDir, 'operator.json'), 'utf8'));
  const dynamo = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    endpoint: operator['AWS_ENDPOINT_URL_DYNAMODB'],
  });
  return {
    begin: (...wish) => begin(world, ...wish),
    decide: (url, what) => decide(world, url, what),
    open,
    callbackOf: (provider, query) =>
      `${world.cloud.apiUrl}/v1/oauth/${provider}/callback?${new URLSearchParams(query)}`,
    expire: async (kind, secret) => {
      const hash = createHash('sha256').update(secret).digest('hex');
      await dynamo.send(
        new UpdateItemCommand({
          TableName: operator['CORE_TABLE_NAME'],
          Key: kind === 'state' ? consentStateKey(hash) : connectTicketKey(hash),
          UpdateExpression: 'SET expiresAt = :past',
          ConditionExpression: 'attribute_exists(expiresAt)',
          ExpressionAttributeValues: { ':past': { N: String(Date.now() - 1) } },
        }),
      );
    },
    close: () => dynamo.destroy(),
  };
}

async function begin(
  world: ProviderWorld,
  userId: string,
  provider: string,
  redirectUri?: string,
): Promise<Begun> {
  const path = `/v1/users/${userId}/connections/${provider}/authorize`;
  const body = redirectUri === undefined ? {} : { redirectUri };
  const answer = await world.api<Begun>(path, { method: 'POST', body });
  expect(answer.status, answer.text).toBe(200);
  world.remember('a state', answer.body.state);
  return answer.body;
}

async function decide(world: ProviderWorld, url: string, what: string): Promise<URL> {
  const reply = await fetch(`${url}&${what}`, { redirect: 'manual' });
  expect(reply.status).toBe(302);
  const back = new URL(reply.headers.get('location') ?? '');
  world.remember('a code', back.searchParams.get('code'));
  return back;
}

async function open(address: string | URL): ReturnType<Consents['open']> {
  const reply = await fetch(address, { redirect: 'manual' });
  const text = await reply.text();
  const { code = '', detail = '' } = text.startsWith('{') ? (JSON.parse(text) as Partial<Problem>) : {};
  return { status: reply.status, location: reply.headers.get('location'), code, detail };
}
