import {
  type SubscribeAppsDependencies,
  type SubscribedProvider,
  subscribeApps,
} from '../../../lib/connections/pushes/subscribe-apps.ts';
import { toIso } from '../../../lib/core/instants.ts';

/**
 * Subscribes the applications to their providers' notifications, and says of each what became of it, with what
 * has to go into the secret. Rejects at the end when one failed.
 */
export async function subscribe(
  { provider }: { readonly provider?: string | undefined },
  deps: SubscribeAppsDependencies,
  print: (line: string) => void,
): Promise<void> {
  let failedCount = 0;
  for await (const done of subscribeApps(deps, provider)) {
    for (const line of linesOf(done)) print(line);
    if (done.subscription.status === 'failed') failedCount += 1;
  }
  if (failedCount > 0) throw new Error(`${failedCount} not subscribed (docs/providers.md says why)`);
}

function linesOf({ provider, subscription }: SubscribedProvider): readonly string[] {
  const line = (text: string): string => `${provider.padEnd(10)}${text}`;
  if ('inboundUrl' in subscription) {
    const { status, inboundUrl } = subscription;
    if (status === 'not_configured') return [line('not configured')];
    return status === 'per_person'
      ? [line('subscribed with each consent')]
      : [line(`by hand, in its portal: ${inboundUrl}, some with ?key=<inboundKey> (docs/providers.md)`)];
  }
  const { status, expiresAtMs, settings = {}, reason } = subscription;
  const until = expiresAtMs === undefined ? '' : `, until ${toIso(expiresAtMs)}`;
  const because = reason === undefined ? '' : `: ${reason}`;
  return [
    line(`${status}${until}${because}`),
    ...Object.entries(settings).map(([name, value]) =>
      line(`put into its settings in the secret: "${name}": ${JSON.stringify(value)}`),
    ),
  ];
}
