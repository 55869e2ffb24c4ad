import { asFields } from '../frame/http.ts';

/** The address has to repeat a challenge within two seconds. Answers undefined, or why it failed. */
export async function prove(
  address: string,
  verifyToken: string,
  challenge: string,
): Promise<string | undefined> {
  const target = new URL(address);
  target.searchParams.set('hub.mode', 'subscribe');
  target.searchParams.set('hub.challenge', challenge);
  target.searchParams.set('hub.verify_token', verifyToken);
  const response = await fetch(target, { signal: AbortSignal.timeout(2000), redirect: 'manual' });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status !== 200) return `GET to callback URL does not return 200 but ${response.status}`;
  return asFields(body)['hub.challenge'] === challenge
    ? undefined
    : 'the callback did not repeat hub.challenge';
}
