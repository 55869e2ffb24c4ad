import type { SyncId } from '../../../contracts/primitives/ids.ts';
import { assertNever } from '../../core/assert.ts';
import { AppError } from '../../problems/app-error.ts';
import type { ProviderDefinition, TokenGrant, TokenRefusal } from '../../providers/definition.ts';
import { type ProviderAccount, ProviderFault } from '../../providers/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { Connection } from '../model.ts';
import type { ConfiguredProvider } from '../provider-directory.ts';
import { createGrantHttp, type UserHttpDependencies } from '../tokens/user-http.ts';
import { type BeginConsentDependencies, callbackUrlOf } from './begin-consent.ts';
import type { PendingConsent } from './consent-store.ts';
import { type KeepGrantDependencies, keepGrant } from './keep-grant.ts';
import { toProviderProblem } from './provider-problem.ts';
import { inboundUrlOf } from './push-callback.ts';

export interface FinishConsentDependencies
  extends KeepGrantDependencies,
    Pick<BeginConsentDependencies, 'consents' | 'providers' | 'flowOf' | 'publicUrl'>,
    Pick<UserHttpDependencies, 'gate' | 'standardFault'> {
  /** Asks for the first sync. A repeat answers the sync that waits already. */
  readonly startSync: (
    scope: UserScope,
    connection: Connection,
    request: { readonly trigger: 'connect'; readonly correlationId: string },
  ) => Promise<SyncId>;
}

/** What a browser brought back from the provider. */
export interface ConsentAnswer {
  readonly provider: string;
  readonly query: Readonly<Record<string, string>>;
  readonly correlationId: string;
}

/** `returnTo` and `state` are known once the state was found to be ours. */
export type ConsentEnd = {
  readonly returnTo: string | undefined;
  readonly state: string | undefined;
  readonly title: string | undefined;
} & (
  | { readonly kind: 'connected'; readonly connection: Connection }
  | { readonly kind: 'failed'; readonly error: AppError }
);

/**
 * Ends a consent (CON3): the state is used up, whatever follows. Never throws for what a person or a provider
 * may do; faults of ours are thrown. A repeat is `oauth.state_invalid`.
 */
export async function finishConsent(
  deps: FinishConsentDependencies,
  answer: ConsentAnswer,
): Promise<ConsentEnd> {
  const state = answer.query['state'] ?? '';
  const isPossible = /^[0-9A-Za-z]{20,200}$/.test(state);
  const pending = isPossible ? await deps.consents.takePending(state, deps.clock.now()) : undefined;
  if (pending === undefined || pending.provider !== answer.provider)
    return { kind: 'failed', error: stateInvalid(), returnTo: undefined, state: undefined, title: undefined };
  const { returnTo } = pending;
  let title: string | undefined;
  try {
    const provider = await deps.providers.get(answer.provider);
    title = provider.definition.title;
    const connection = await connect(deps, pending, provider, answer);
    return { kind: 'connected', connection, returnTo, state, title };
  } catch (caught) {
    const error = toProviderProblem(caught);
    if (!(error instanceof AppError)) throw error;
    return { kind: 'failed', error, returnTo, state, title };
  }
}

const stateInvalid = (): AppError =>
  new AppError('oauth.state_invalid', 'Begin anew; a consent is good once, for 10 minutes.');

async function connect(
  deps: FinishConsentDependencies,
  pending: PendingConsent,
  provider: ConfiguredProvider,
  { query, correlationId }: ConsentAnswer,
): Promise<Connection> {
  checkDenial(query);
  const { scope } = pending;
  const grant = await exchange(deps, pending, provider, query);
  const account = await identify(deps, scope, provider, { grant, query });
  const granted = { provider: pending.provider, grant, account, correlationId };
  const connection = await keepGrant(deps, scope, granted);
  await deps.startSync(scope, connection, { trigger: 'connect', correlationId }).catch(leaveToSchedule);
  return connection;
}

/** The person is connected; the schedule looks at the connection in two minutes and begins what did not begin. */
function leaveToSchedule(error: unknown): void {
  if (!(error instanceof AppError)) throw error;
}

/** RFC 6749 4.1.2.1; what the provider says in its own words is not repeated. */
function checkDenial(query: Readonly<Record<string, string>>): void {
  const { error } = query;
  if (error === undefined) return;
  if (error === 'temporarily_unavailable' || error === 'server_error')
    throw new AppError('provider.unavailable', 'The provider could not ask for consent; try again.');
  if (error === 'access_denied' || error === 'user_denied')
    throw new AppError('oauth.denied', 'The person declined at the provider.');
  throw new AppError('provider.refused', 'The provider did not take the request for consent.');
}

async function exchange(
  { flowOf, publicUrl }: FinishConsentDependencies,
  { secrets, provider: name }: PendingConsent,
  provider: ConfiguredProvider,
  query: Readonly<Record<string, string>>,
): Promise<TokenGrant> {
  const answer = await flowOf(provider).complete(provider, {
    callbackUrl: callbackUrlOf(publicUrl, name),
    state: query['state'] ?? '',
    secrets,
    query,
  });
  if (answer.ok) return answer.value;
  throw refusalProblem(answer.failure);
}

function refusalProblem(refusal: TokenRefusal): AppError {
  switch (refusal) {
    case 'invalid_grant':
      return new AppError('oauth.code_refused', 'Begin anew; a code is good once, and for a short time.');
    case 'rejected':
      return new AppError('provider.refused', 'The provider does not take the application’s credentials.');
    case 'unavailable':
      return new AppError('provider.unavailable', 'The provider did not give out tokens; begin anew.');
    default:
      return assertNever(refusal);
  }
}

/** Who it is, with what was granted. Throws `oauth.scope_missing` when no data could be read with it. */
async function identify(
  deps: FinishConsentDependencies,
  scope: UserScope,
  provider: ConfiguredProvider,
  { grant, query }: { readonly grant: TokenGrant; readonly query: Readonly<Record<string, string>> },
): Promise<ProviderAccount> {
  const { definition } = provider;
  const http = createGrantHttp(deps, scope, { provider, grant });
  const account = await definition.identify(http, grant).catch(identifyProblem);
  const { auth } = definition;
  const granted =
    account.grantedScopes ?? (auth.kind === 'oauth2' ? auth.grantedScopes(query, grant) : undefined);
  if (granted !== undefined && !isAnyTypeGranted(definition, granted)) throw scopeMissing();
  return {
    ...account,
    ...(granted === undefined ? {} : { grantedScopes: granted }),
    ...(definition.push.subscribeUser === undefined
      ? {}
      : { inboundUrl: inboundUrlOf(deps.publicUrl, definition.name) }),
  };
}

const scopeMissing = (): AppError =>
  new AppError('oauth.scope_missing', 'The person granted nothing that data could be read with.');

/** Who it is comes from the provider's answer: one that cannot be read is the provider's fault, not ours. */
function identifyProblem(error: unknown): never {
  if (error instanceof AppError) throw error;
  if (!(error instanceof ProviderFault))
    throw new ProviderFault('malformed', { reason: 'identify', cause: error });
  throw error.reason === 'scope_missing' ? scopeMissing() : error;
}

const isAnyTypeGranted = ({ dataTypes }: ProviderDefinition, granted: readonly string[]): boolean =>
  dataTypes.some(({ scopes }) => scopes.length === 0 || scopes.some((scope) => granted.includes(scope)));
