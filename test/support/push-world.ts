import { createHmac } from 'node:crypto';
import type { PushReceived } from '../../contracts/commands/push-received.ts';
import type { ProviderDirectory } from '../../lib/connections/provider-directory.ts';
import type { PushBodies, PushQueue } from '../../lib/connections/pushes/push-queue.ts';
import type { EpochMs } from '../../lib/core/instants.ts';
import { AppError } from '../../lib/problems/app-error.ts';
import type { ProviderDefinition, PushRequest } from '../../lib/providers/definition.ts';
import type { AppHttp } from '../../lib/providers/http.ts';
import { SAMPLE_SETTINGS, sampleProvider } from './sample-provider.ts';

export const PUSH_NOW_MS = 1_795_262_400_000 as EpochMs;

const NO_CLOUD: AppHttp = { send: () => Promise.reject(new Error('no cloud behind this test')) };

/** A directory with one configured provider. */
export const directoryOf = (
  definition: ProviderDefinition = sampleProvider,
  http: AppHttp = NO_CLOUD,
): ProviderDirectory => ({
  list: async () => [{ definition, isConfigured: true }],
  get: async (name) => {
    if (name !== definition.name) throw new AppError('provider.unknown', 'There is no such provider.');
    return {
      definition,
      app: { clientId: 'sample-client', clientSecret: 'sample-secret', settings: SAMPLE_SETTINGS },
      http,
    };
  },
});

/** A notification of the sample provider, signed by Node's own primitives as that cloud would. */
export function signedPush(notifications: unknown, sentAtMs: number = PUSH_NOW_MS): PushRequest {
  const body = Buffer.from(typeof notifications === 'string' ? notifications : JSON.stringify(notifications));
  const signature = createHmac('sha256', SAMPLE_SETTINGS.signingKey)
    .update(Buffer.concat([Buffer.from(`${sentAtMs}.`), body]))
    .digest('hex');
  return {
    method: 'POST',
    query: {},
    headers: { 'x-sample-signature': signature, 'x-sample-timestamp': String(sentAtMs) },
    body,
  };
}

/** Queue and bucket of one test, in memory; `fail` makes either throw as it does when AWS does not answer. */
export function pushStores(fail: { queue?: boolean; bodies?: boolean } = {}) {
  const sent: PushReceived[] = [];
  const kept = new Map<string, Uint8Array>();
  const check = (isFailing: boolean | undefined): void => {
    if (isFailing === true) throw new AppError('server.unavailable', 'does not answer');
  };
  const queue: PushQueue = {
    send: async (message) => {
      check(fail.queue);
      sent.push(message);
    },
  };
  const bodies: PushBodies = {
    put: async (body) => {
      check(fail.bodies);
      const bodyKey = `inbound/${body.length}`;
      kept.set(bodyKey, body);
      return bodyKey;
    },
    get: async (bodyKey) => kept.get(bodyKey),
  };
  return { queue, bodies, sent, kept };
}
