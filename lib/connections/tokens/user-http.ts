import type { ConnectionId } from '../../../contracts/primitives/ids.ts';
import type { EpochMs } from '../../core/instants.ts';
import type { OAuth2Definition, ProviderDefinition, TokenGrant } from '../../providers/definition.ts';
import type { ProviderRequest, ProviderResponse, UserHttp } from '../../providers/http.ts';
import { ProviderFault } from '../../providers/model.ts';
import type { UserScope } from '../../samples/model.ts';
import type { CallGate, CallOutcome } from '../gate/call-gate.ts';
import type { StoredTokens } from '../model.ts';
import type { ConfiguredProvider } from '../provider-directory.ts';
import type { AuthFlow } from './auth-flow.ts';
import { originOf, pathWithin } from './origins.ts';
import { type RefreshDependencies, refreshTokens, tokensOf } from './refresh-tokens.ts';

/** Makes the fault that a status stands for where the definition does not say otherwise; undefined for 2xx. */
export type StandardFault = (
  response: Pick<ProviderResponse, 'status' | 'headers'>,
  nowMs: EpochMs,
) => ProviderFault | undefined;

export interface UserHttpDependencies extends RefreshDependencies {
  readonly gate: CallGate;
  readonly flowOf: (provider: ConfiguredProvider) => AuthFlow;
  readonly standardFault: StandardFault;
}

/** Where the tokens of a run of calls come from. */
interface TokenSource {
  current(): Promise<StoredTokens>;
  /** Others than these; rejects when there are none. */
  replace(stale: StoredTokens): Promise<StoredTokens>;
}

interface Calls {
  readonly scope: UserScope;
  readonly provider: ConfiguredProvider;
  readonly source: TokenSource;
}

/** UserHttp of connections: their tokens come from the vault, and are refreshed there (CON19). */
export const createUserHttp =
  (deps: UserHttpDependencies) =>
  (
    scope: UserScope,
    { connectionId }: { readonly connectionId: ConnectionId },
    provider: ConfiguredProvider,
  ): UserHttp =>
    httpOf(deps, { scope, provider, source: vaultSource(deps, scope, { connectionId, provider }) });

/** UserHttp of a grant that is not stored yet: `identify` calls with it. Nothing is refreshed. */
export function createGrantHttp(
  deps: Omit<UserHttpDependencies, 'tokens'>,
  scope: UserScope,
  { provider, grant }: { readonly provider: ConfiguredProvider; readonly grant: TokenGrant },
): UserHttp {
  const tokens = { ...tokensOf(grant, undefined), version: 0 };
  const source: TokenSource = {
    current: async () => tokens,
    replace: async () => {
      throw new ProviderFault('unauthorized');
    },
  };
  return httpOf(deps, { scope, provider, source });
}

/** Reads the vault once and keeps what it read: a token that another refreshed works on until it ends. */
function vaultSource(
  deps: UserHttpDependencies,
  scope: UserScope,
  { connectionId, provider }: { readonly connectionId: ConnectionId; readonly provider: ConfiguredProvider },
): TokenSource {
  let known: StoredTokens | undefined;
  /** Renewed by this run: a lifetime shorter than `refreshAheadMs` must not renew it with every call. */
  let renewedVersion: number | undefined;
  const { auth } = provider.definition;
  const flow = deps.flowOf(provider);
  const target = {
    scope,
    connectionId,
    ask: (refreshToken: string) => flow.refresh(provider, refreshToken),
  };
  const load = async (): Promise<StoredTokens> => {
    const stored = await deps.tokens.load(scope, connectionId);
    if (stored === undefined) throw new ProviderFault('unauthorized', { reason: 'disconnected' });
    return stored;
  };
  const replace = async (stale: StoredTokens): Promise<StoredTokens> => {
    const newest = await load();
    const isRenewed = newest.version !== stale.version;
    if (isRenewed || auth.kind === 'oauth1' || auth.refresh === 'none') known = newest;
    else known = await refreshTokens(deps, target, stale);
    renewedVersion = known.version;
    return known;
  };
  return {
    current: async () => {
      known ??= await load();
      if (auth.kind === 'oauth1') return known;
      const aheadMs = known.version === renewedVersion ? 0 : auth.refreshAheadMs;
      return isEnding(auth, known, deps.clock.now() + aheadMs) ? replace(known) : known;
    },
    replace,
  };
}

/** What cannot be refreshed is used for as long as the provider takes it. */
const isEnding = (auth: OAuth2Definition, tokens: StoredTokens, byMs: number): boolean =>
  auth.refresh !== 'none' &&
  tokens.refreshToken !== undefined &&
  tokens.expiresAtMs !== undefined &&
  tokens.expiresAtMs <= byMs;

function httpOf(deps: Omit<UserHttpDependencies, 'tokens'>, calls: Calls): UserHttp {
  const send = (request: ProviderRequest) => sendAuthorised(deps, calls, request);
  const json = async (request: ProviderRequest) => {
    const { body } = await send(request);
    return { payload: parseJson(body), body };
  };
  return {
    send,
    json,
    jsonAt: async (origin, url) => {
      const { definition, app } = calls.provider;
      const path = pathWithin(originOf(definition, app, origin), url);
      if (path === undefined) throw new ProviderFault('rejected', { reason: 'address_outside' });
      return json({ origin, path });
    },
  };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's message quotes what it read: it is no cause to hand on.
    throw new ProviderFault('malformed', { reason: 'no_json' });
  }
}

/** With other tokens once after a 401; `unauthorized` only when the newest were refused too. */
async function sendAuthorised(
  deps: Omit<UserHttpDependencies, 'tokens'>,
  calls: Calls,
  request: ProviderRequest,
): Promise<ProviderResponse> {
  const tokens = await calls.source.current();
  const first = await sendOnce(deps, calls, request, tokens);
  if (!(first instanceof ProviderFault)) return first;
  if (first.kind !== 'unauthorized') throw first;
  const second = await sendOnce(deps, calls, request, await calls.source.replace(tokens));
  if (second instanceof ProviderFault) throw second;
  return second;
}

/** Answers the fault of a call that was made; throws what kept it from being made. */
async function sendOnce(
  deps: Omit<UserHttpDependencies, 'tokens'>,
  { scope, provider }: Calls,
  request: ProviderRequest,
  tokens: StoredTokens,
): Promise<ProviderResponse | ProviderFault> {
  const { gate, flowOf } = deps;
  const { definition, http } = provider;
  await gate.beforeCall(definition.name, scope);
  const authorization = flowOf(provider).authorization(provider, tokens, request);
  const headers = { accept: 'application/json', ...request.headers, authorization };
  const response = await http.send({ ...request, headers }).catch(faultOnly);
  const answer =
    response instanceof ProviderFault ? response : (faultIn(deps, definition, response) ?? response);
  const answered = response instanceof ProviderFault ? undefined : response.headers;
  await gate.afterCall(definition.name, outcomeOf(answer), answered);
  return answer;
}

function faultOnly(error: unknown): ProviderFault {
  if (error instanceof ProviderFault) return error;
  throw error;
}

function faultIn(
  { clock, standardFault }: Omit<UserHttpDependencies, 'tokens'>,
  definition: Pick<ProviderDefinition, 'classify'>,
  response: ProviderResponse,
): ProviderFault | undefined {
  const nowMs = clock.now();
  return definition.classify(response, nowMs) ?? standardFault(response, nowMs);
}

function outcomeOf(answer: ProviderResponse | ProviderFault): CallOutcome {
  if (!(answer instanceof ProviderFault)) return 'answered';
  if (answer.kind === 'rate_limited') return 'rate_limited';
  return answer.kind === 'unavailable' || answer.kind === 'malformed' ? 'unavailable' : 'answered';
}
