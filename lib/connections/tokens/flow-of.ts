import type { Clock } from '../../core/clock.ts';
import type { Randomness } from '../../core/randomness.ts';
import type { ConfiguredProvider } from '../provider-directory.ts';
import type { AuthFlow } from './auth-flow.ts';
import { createOAuth1Flow } from './oauth1-flow.ts';
import { createOAuth2Flow } from './oauth2-flow.ts';

export interface FlowDependencies {
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/** The way in which a provider gives out and takes credentials. */
export const createFlowOf =
  (deps: FlowDependencies) =>
  ({ definition: { auth } }: Pick<ConfiguredProvider, 'definition'>): AuthFlow =>
    auth.kind === 'oauth1' ? createOAuth1Flow(auth, deps) : createOAuth2Flow(auth, deps);
