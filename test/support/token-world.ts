import type { TableNames } from '../../lib/adapters/dynamo/dynamo.ts';
import { createTokenStore } from '../../lib/adapters/dynamo/token-store.ts';
import { type CallGate, openGate } from '../../lib/connections/gate/call-gate.ts';
import type { ConfiguredProvider } from '../../lib/connections/provider-directory.ts';
import { createFlowOf } from '../../lib/connections/tokens/flow-of.ts';
import type { TokenStore } from '../../lib/connections/tokens/token-store.ts';
import { createUserHttp } from '../../lib/connections/tokens/user-http.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../lib/core/instants.ts';
import type { OAuth2Definition, ProviderDefinition } from '../../lib/providers/definition.ts';
import type { AppHttp, ProviderRequest, ProviderResponse, UserHttp } from '../../lib/providers/http.ts';
import { ProviderFault } from '../../lib/providers/model.ts';
import { standardFault } from '../../lib/providers/standard-faults.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import type { DataKey } from '../../lib/vault/data-keys.ts';
import { createPrng, type Prng, randomnessOf } from '../simulation/engine/prng.ts';
import { createScheduler, type Scheduler } from '../simulation/engine/scheduler.ts';
import { createSimulatedDynamo, type SdkCommand } from '../simulation/engine/simulated-dynamo.ts';
import { newConnectionId } from './connection-builders.ts';
import { sampleProvider } from './sample-provider.ts';

const START_MS = 1_795_262_400_000;
const TABLES: TableNames = { samples: 'samples', core: 'core', vault: 'vault' };
const SCOPE: UserScope = {
  workspaceId: 'ws_00000000000000000000000001' as UserScope['workspaceId'],
  userId: 'usr_00000000000000000000000001' as UserScope['userId'],
};
const TOKEN_LIFE_MS = 30 * MINUTE_MS;
const TIMEOUT_MS = 10 * SECOND_MS;
const MAX_EVENT_COUNT = 200_000;

/** What the token endpoint does with the next requests, in their order; what is not said is done at once. */
export interface TokenScript {
  /** How long the answer takes to come. */
  readonly latencyMs?: number;
  /** The answer gets lost behind the endpoint, which has done its work. */
  readonly isLost?: boolean;
  /** Answered in place of tokens; the token stays as it was. */
  readonly refusal?: { readonly status: number; readonly body: object };
  readonly withoutRefreshToken?: boolean;
}

export interface TokenWorldOptions {
  readonly seed: number;
  readonly script?: readonly TokenScript[];
  /** Whether the last token that was used up is taken once more, as some providers do. */
  readonly takesOldOnce?: boolean;
  readonly auth?: Partial<OAuth2Definition>;
}

/** A cloud with single-use refresh tokens, one connection to it, and as many containers as a test wants. */
export interface TokenWorld {
  readonly scheduler: Scheduler;
  readonly cloud: TokenCloud;
  readonly tokens: TokenStore;
  readonly scope: UserScope;
  readonly connectionId: ReturnType<typeof newConnectionId>;
  /** A UserHttp in a container of its own, which ends with its `crashAtCall`th call of anything outside. */
  container(options?: { readonly crashAtCall?: number; readonly gate?: CallGate }): UserHttp;
  /** Works until all of it is done. */
  settle<Value>(work: readonly Promise<Value>[]): Promise<readonly PromiseSettledResult<Value>[]>;
  advance(durationMs: number): Promise<void>;
}

export async function createTokenWorld(options: TokenWorldOptions): Promise<TokenWorld> {
  const prng = createPrng(options.seed);
  const scheduler = createScheduler(START_MS);
  const dynamo = createSimulatedDynamo({ tableNames: Object.values(TABLES), now: scheduler.now });
  const cloud = new TokenCloud(scheduler, options);
  const connectionId = newConnectionId();
  const dataKey: DataKey = { id: new Uint8Array(4), secret: new Uint8Array(32).fill(7) };
  const openStore = (send: (command: SdkCommand) => Promise<object>, own: Prng): TokenStore =>
    createTokenStore({
      dynamo: { send } as never,
      vaultTable: TABLES.vault,
      dataKeys: { load: async () => dataKey },
      randomness: randomnessOf(own),
    });
  const tokens = openStore(async (command) => dynamo.execute(command).output, prng.fork());
  await tokens.put(SCOPE, connectionId, cloud.firstTokens());
  const world: TokenWorld = {
    scheduler,
    cloud,
    tokens,
    scope: SCOPE,
    connectionId,
    container: ({ crashAtCall = Number.POSITIVE_INFINITY, gate = openGate } = {}) => {
      const own = prng.fork();
      const reach = createReach(scheduler, own, crashAtCall);
      const store = openStore((command) => reach(() => dynamo.execute(command).output), own);
      const http: AppHttp = { send: (request) => reach(() => cloud.take(request)) };
      const clock = { now: scheduler.now, sleep: scheduler.wait };
      const randomness = randomnessOf(own);
      const flowOf = createFlowOf({ clock, randomness });
      const deps = { tokens: store, gate, flowOf, standardFault, clock, randomness };
      return createUserHttp(deps)(SCOPE, { connectionId }, configured(options, http));
    },
    settle: async (work) => {
      let isDone = false;
      const all = Promise.allSettled(work).then((results) => {
        isDone = true;
        return results;
      });
      await scheduler.run(() => isDone, MAX_EVENT_COUNT);
      return all;
    },
    advance: async (durationMs) => {
      await world.settle([scheduler.wait(durationMs)]);
    },
  };
  return world;
}

function configured({ auth }: TokenWorldOptions, http: AppHttp): ConfiguredProvider {
  const { auth: standard } = sampleProvider;
  if (standard.kind !== 'oauth2') throw new Error('the sample provider has OAuth 2');
  const definition: ProviderDefinition = {
    ...sampleProvider,
    auth: { ...standard, refresh: 'single-use', ...auth },
  };
  return { definition, app: { clientId: 'client', clientSecret: 'client-secret' }, http };
}

/** Requests and replies take their time; the container's last call arrives or does not, and is never answered. */
function createReach(scheduler: Scheduler, prng: Prng, crashAtCall: number) {
  let callCount = 0;
  return async <Output>(effect: () => Output | Promise<Output>): Promise<Output> => {
    callCount += 1;
    const isLast = callCount >= crashAtCall;
    await scheduler.wait(1 + prng.below(20));
    if (callCount > crashAtCall || (isLast && prng.chance(0.5))) return new Promise(() => undefined);
    const output = await effect();
    if (isLast) return new Promise(() => undefined);
    await scheduler.wait(1 + prng.below(20));
    return output;
  };
}

class TokenCloud {
  readonly #scheduler: Scheduler;
  readonly #script: TokenScript[];
  readonly #takesOldOnce: boolean;
  #generation = 1;
  #repeated = 0;
  #isRevoked = false;
  #refusesData = false;
  #expiresAtMs: number;
  /** Every request for tokens, also the refused ones. */
  requestCount = 0;
  /** Calls for data. */
  dataCount = 0;
  /** How often tokens were given out for the newest refresh token. */
  refreshCount = 0;

  constructor(scheduler: Scheduler, { script = [], takesOldOnce = false }: TokenWorldOptions) {
    this.#scheduler = scheduler;
    this.#script = [...script];
    this.#takesOldOnce = takesOldOnce;
    this.#expiresAtMs = scheduler.now() + TOKEN_LIFE_MS;
  }

  get newestRefreshToken(): string {
    return `refresh-${this.#generation}`;
  }

  firstTokens() {
    return {
      accessToken: 'access-1',
      refreshToken: this.newestRefreshToken,
      tokenSecret: undefined,
      expiresAtMs: this.#expiresAtMs as EpochMs,
      userId: undefined,
      scope: 'steps',
    };
  }

  revoke(): void {
    this.#isRevoked = true;
  }

  /** Every access token is refused from now on, the newest too; tokens are given out as before. */
  refuseData(): void {
    this.#refusesData = true;
  }

  /** The access token is refused from now on, whatever was said of its life. */
  endAccess(): void {
    this.#expiresAtMs = this.#scheduler.now();
  }

  async take(request: ProviderRequest): Promise<ProviderResponse> {
    if (request.path !== '/token') return this.#answerData(request);
    this.requestCount += 1;
    const step = this.#script.shift() ?? {};
    const answer = step.refusal ?? this.#giveTokens(request.form?.['refresh_token'] ?? '', step);
    await this.#scheduler.wait(step.isLost === true ? TIMEOUT_MS : (step.latencyMs ?? 5));
    if (step.isLost === true) throw new ProviderFault('unavailable', { reason: 'timeout' });
    return responseOf(answer.status, answer.body);
  }

  #answerData({ headers }: ProviderRequest): ProviderResponse {
    const isNewest = headers?.['authorization'] === `Bearer access-${this.#generation}`;
    this.dataCount += 1;
    const isGood =
      isNewest && !this.#isRevoked && !this.#refusesData && this.#scheduler.now() < this.#expiresAtMs;
    return isGood ? responseOf(200, { steps: [] }) : responseOf(401, {});
  }

  #giveTokens(refreshToken: string, { withoutRefreshToken }: TokenScript) {
    const isNewest = refreshToken === this.newestRefreshToken;
    const isRepeat =
      this.#takesOldOnce &&
      refreshToken === `refresh-${this.#generation - 1}` &&
      this.#repeated < this.#generation;
    if (this.#isRevoked || !(isNewest || isRepeat)) return { status: 400, body: { error: 'invalid_grant' } };
    if (isNewest && withoutRefreshToken !== true) {
      this.#generation += 1;
    } else {
      this.#repeated = this.#generation;
    }
    if (isNewest) this.refreshCount += 1;
    this.#expiresAtMs = this.#scheduler.now() + TOKEN_LIFE_MS;
    const body = { access_token: `access-${this.#generation}`, expires_in: TOKEN_LIFE_MS / SECOND_MS };
    const refresh = withoutRefreshToken === true ? {} : { refresh_token: this.newestRefreshToken };
    return { status: 200, body: { ...body, ...refresh } };
  }
}

const responseOf = (status: number, body: object): ProviderResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});
