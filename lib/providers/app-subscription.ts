import type { AppSubscription, ProviderApp } from './definition.ts';
import type { ProviderResponse } from './http.ts';

/** What subscriptions of applications have in common. */

export const failed = (reason: string): AppSubscription => ({ status: 'failed', reason });

/** The provider's answer was none of those that it documents; what it says may repeat secrets and is left out. */
export const refused = ({ status }: Pick<ProviderResponse, 'status'>, of?: string): AppSubscription =>
  failed(of === undefined ? `answered ${status}` : `answered ${status} to ${of}`);

/** One application has one subscription, and it is another deployment's: who has it is decided by people. */
export const subscribedElsewhere = failed('subscribed_elsewhere');

/** The named settings, or what is missing. */
export function settingsOf<Name extends string>(
  app: ProviderApp,
  names: readonly Name[],
): { readonly [Key in Name]: string } | AppSubscription {
  const found = names.flatMap((name) => {
    const value = app.settings?.[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const missing = names.filter((name) => !found.some(([known]) => known === name));
  if (missing.length > 0) return failed(`setting_missing: ${missing.join(', ')}`);
  return Object.fromEntries(found) as { readonly [Key in Name]: string };
}

/** HTTP Basic with the application's own credentials. */
export const basicOf = ({ clientId, clientSecret }: Pick<ProviderApp, 'clientId' | 'clientSecret'>): string =>
  `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
