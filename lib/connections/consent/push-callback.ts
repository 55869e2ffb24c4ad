import type { ProviderApp, PushCallback } from '../../providers/definition.ts';

/** Where a provider's notifications come in, without the key that those of unsigned ones need. */
export const inboundUrlOf = (publicUrl: string, provider: string): string =>
  `${publicUrl.replace(/\/+$/, '')}/v1/inbound/${provider}`;

/** The address that the provider is told: with the key of the application's settings where there is one. */
export function callbackOf(inboundUrl: string, { settings }: ProviderApp): PushCallback {
  const key = settings?.['inboundKey'];
  return { url: key === undefined ? inboundUrl : `${inboundUrl}?key=${encodeURIComponent(key)}` };
}
