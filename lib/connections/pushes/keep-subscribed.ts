import { ProviderFault } from '../../providers/model.ts';
import { callbackOf } from '../consent/push-callback.ts';
import type { SyncSession } from '../syncs/sync-session.ts';

/**
 * Sees to a person's notifications where the provider subscribes people one by one (CON65): after each consent,
 * and with each poll, since providers drop subscriptions that failed for long. What the provider refuses now is
 * asked for again with the next poll; until then the poll brings the data.
 */
export async function keepSubscribed({
  provider,
  connection,
  http,
}: Pick<SyncSession, 'provider' | 'connection' | 'http'>): Promise<void> {
  const { definition, app } = provider;
  const { inboundUrl } = connection.account;
  if (definition.push.subscribeUser === undefined || inboundUrl === undefined) return;
  try {
    await definition.push.subscribeUser(http, callbackOf(inboundUrl, app), app);
  } catch (error) {
    if (!(error instanceof ProviderFault)) throw error;
  }
}
