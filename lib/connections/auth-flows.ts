import type { Clock } from '../core/clock.ts';
import type { Randomness } from '../core/randomness.ts';
import type { AuthFlow } from './auth-flow.ts';
import { createOAuth1Flow } from './oauth1-flow.ts';
import { createOAuth2Flow } from './oauth2-flow.ts';
import type { ConfiguredProvider } from './provider-directory.ts';

/** The flow that a provider's definition asks for. */
export const createFlowOf =
  (parts: { readonly clock: Clock; readonly randomness: Randomness }) =>
  ({ definition: { auth } }: ConfiguredProvider): AuthFlow =>
    auth.kind === 'oauth1' ? createOAuth1Flow(auth, parts) : createOAuth2Flow(auth, parts);
