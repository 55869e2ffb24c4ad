import { createHmac } from 'node:crypto';
import { type EpochMs, toEpochSec } from '../../core/instants.ts';
import type { ProviderApp, TokenGrant } from '../definition.ts';
import type { AppHttp, ProviderRequest } from '../http.ts';
import { fieldOf, jsonOf } from '../json-body.ts';
import { ProviderFault } from '../model.ts';
import { standardFault } from '../standard-faults.ts';
import { classify } from './envelope.ts';

/** Hexadecimal HMAC-SHA256 of the values with commas between, by the client secret (providers.md 7). */
const signatureOf = (app: ProviderApp, values: readonly string[]): string =>
  createHmac('sha256', app.clientSecret).update(values.join(',')).digest('hex');

/**
 * Takes the grant back in the signed mode: the secret itself does not travel. A person who is not known any
 * more, or removed the application already, is a success.
 */
export async function revoke(
  http: AppHttp,
  app: ProviderApp,
  tokens: TokenGrant,
  nowMs: EpochMs,
): Promise<void> {
  if (tokens.userId === undefined) return;
  const timestamp = String(toEpochSec(nowMs));
  const answer = await call(http, nowMs, '/v2/signature', {
    action: 'getnonce',
    client_id: app.clientId,
    timestamp,
    signature: signatureOf(app, ['getnonce', app.clientId, timestamp]),
  });
  const nonce = fieldOf(fieldOf(answer, 'body'), 'nonce');
  if (typeof nonce !== 'string') throw new ProviderFault('malformed', { reason: 'no_nonce' });
  await endGrant(http, app, nowMs, { nonce, userId: tokens.userId });
}

async function endGrant(
  http: AppHttp,
  app: ProviderApp,
  nowMs: EpochMs,
  { nonce, userId }: { readonly nonce: string; readonly userId: string },
): Promise<void> {
  try {
    await call(http, nowMs, '/v2/oauth2', {
      action: 'revoke',
      client_id: app.clientId,
      nonce,
      signature: signatureOf(app, ['revoke', app.clientId, nonce]),
      userid: userId,
    });
  } catch (error) {
    if (!(error instanceof ProviderFault && error.kind === 'rejected')) throw error;
  }
}

async function call(
  http: AppHttp,
  nowMs: EpochMs,
  path: string,
  form: NonNullable<ProviderRequest['form']>,
): Promise<unknown> {
  const response = await http.send({ origin: 'api', path, method: 'POST', form });
  const fault = classify(response, nowMs) ?? standardFault(response, nowMs);
  if (fault !== undefined) throw fault;
  return jsonOf(response.body);
}
