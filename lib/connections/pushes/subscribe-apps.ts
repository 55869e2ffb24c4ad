import type { Clock } from '../../core/clock.ts';
import { AppError } from '../../problems/app-error.ts';
import type { AppSubscription } from '../../providers/definition.ts';
import { ProviderFault } from '../../providers/model.ts';
import { callbackOf, inboundUrlOf } from '../consent/push-callback.ts';
import type { ProviderDirectory } from '../provider-directory.ts';

export interface SubscribeAppsDependencies {
  readonly providers: ProviderDirectory;
  readonly publicUrl: string;
  readonly clock: Clock;
}

/** `per_person`: seen to with each consent. `portal`: an operator enters the address there. */
export interface SubscribedProvider {
  readonly provider: string;
  readonly subscription:
    | AppSubscription
    | { readonly status: 'per_person' | 'portal' | 'not_configured'; readonly inboundUrl: string };
}

/**
 * Subscribes the applications at their providers, one after the other, or the named one (CON66). One that fails
 * keeps no other from its turn; a repeat changes what has to be changed and nothing else. Throws AppError
 * provider.unknown for a name that there is not.
 */
export async function* subscribeApps(
  deps: SubscribeAppsDependencies,
  only?: string,
): AsyncGenerator<SubscribedProvider> {
  const all = await deps.providers.list();
  const chosen = all.filter(({ definition }) => only === undefined || definition.name === only);
  if (chosen.length === 0) throw new AppError('provider.unknown', 'There is no provider of this name.');
  for (const { definition, isConfigured } of chosen) {
    const { name: provider, push } = definition;
    const inboundUrl = inboundUrlOf(deps.publicUrl, provider);
    if (!isConfigured) yield { provider, subscription: { status: 'not_configured', inboundUrl } };
    else if (push.subscribeApp !== undefined)
      yield { provider, subscription: await subscribeOne(deps, provider) };
    else {
      const status = push.subscribeUser === undefined ? 'portal' : 'per_person';
      yield { provider, subscription: { status, inboundUrl } };
    }
  }
}

async function subscribeOne(
  { providers, publicUrl, clock }: SubscribeAppsDependencies,
  name: string,
): Promise<AppSubscription> {
  const { definition, app, http } = await providers.get(name);
  const callback = callbackOf(inboundUrlOf(publicUrl, name), app);
  try {
    const done = await definition.push.subscribeApp?.(http, app, callback, clock.now());
    return done ?? { status: 'failed', reason: 'nothing to subscribe' };
  } catch (error) {
    if (!(error instanceof ProviderFault)) throw error;
    return {
      status: 'failed',
      reason: `${error.kind}${error.reason === undefined ? '' : ` ${error.reason}`}`,
    };
  }
}
