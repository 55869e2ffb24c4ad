import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import type { Clock } from '../../core/clock.ts';
import { type EpochMs, MINUTE_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import type { ProviderApp } from '../../providers/definition.ts';

/** The deployment's applications by provider; a provider without a usable entry is absent. */
export interface ProviderApps {
  /** Throws AppError server.unavailable when they cannot be read and never were. */
  load(): Promise<ReadonlyMap<string, ProviderApp>>;
}

/** A changed secret counts within this time, without a deployment. */
const CACHE_MS = 5 * MINUTE_MS;
/** How soon it is asked again after it did not answer. */
const RETRY_MS = MINUTE_MS / 4;

const Entry = z.object({
  clientId: z.string().min(1).max(1_000),
  clientSecret: z.string().max(4_000),
  origins: z.record(z.string(), z.url({ protocol: /^https?$/ })).optional(),
  settings: z.record(z.string(), z.string().max(16_000)).optional(),
  enabled: z.boolean().optional(),
});
const Entries = z.record(z.string(), z.unknown());

/** From one secret of Secrets Manager; while it does not answer, the last that was read counts. */
export function createProviderApps(
  client: Pick<SecretsManagerClient, 'send'>,
  secretId: string,
  clock: Clock,
): ProviderApps {
  let known: ReadonlyMap<string, ProviderApp> | undefined;
  let nextLoadAtMs = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;
  const refresh = async (): Promise<void> => {
    const nowMs: EpochMs = clock.now();
    try {
      known = parseApps(await readSecret(client, secretId));
      nextLoadAtMs = nowMs + CACHE_MS;
    } catch {
      nextLoadAtMs = nowMs + RETRY_MS;
    }
  };
  return {
    load: async () => {
      if (clock.now() >= nextLoadAtMs || known === undefined) {
        underWay ??= refresh().finally(() => {
          underWay = undefined;
        });
        await underWay;
      }
      if (known === undefined)
        throw new AppError('server.unavailable', 'The registrations at the providers cannot be read now.');
      return known;
    },
  };
}

/** Neither the value nor a message of the parser is handed on: both hold secrets. */
async function readSecret(client: Pick<SecretsManagerClient, 'send'>, secretId: string): Promise<unknown> {
  const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
  return JSON.parse(SecretString);
}

function parseApps(secret: unknown): ReadonlyMap<string, ProviderApp> {
  const apps = new Map<string, ProviderApp>();
  for (const [name, entry] of Object.entries(Entries.parse(secret))) {
    const parsed = Entry.safeParse(entry);
    if (!parsed.success || parsed.data.enabled === false) continue;
    const { clientId, clientSecret, origins, settings } = parsed.data;
    apps.set(name, {
      clientId,
      clientSecret,
      ...(origins === undefined ? {} : { origins }),
      ...(settings === undefined ? {} : { settings }),
    });
  }
  return apps;
}
