import type { Route } from '../../../contracts/http/route.ts';
import { ROUTES } from '../../../contracts/http/routes.ts';
import type { Prng } from '../engine/prng.ts';
import type { Environment } from '../world/environment.ts';
import type { FunctionHost } from '../world/function-host.ts';
import type { SeededUser } from '../world/seed-world.ts';
import type { SyncCounters } from './counters.ts';
import type { DeviceWeather } from './weather.ts';

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** What the run of a request is told of it, for the observer. */
export interface SyncCall {
  readonly user: SeededUser;
  readonly deviceName: string;
  readonly operation: string;
  readonly request: WireRequest;
  readonly arrivedAtMs: number;
}

export interface NetworkParts {
  readonly hosts: Readonly<Record<string, FunctionHost>>;
  readonly weather: () => DeviceWeather;
  readonly counters: SyncCounters;
  /** Told of each answer as the server gave it, whether or not it reaches anybody. */
  readonly onAnswer: (call: SyncCall, answer: WireAnswer) => void;
}

/** How long a device waits for an answer. */
const DEVICE_TIMEOUT_MS = 10_000;
const MAX_LATE_MS = 40_000;

/** A device's way to the API. Each direction can be cut; rejects with `lost` when no answer comes. */
export class Link {
  #isUpCut = false;
  #isDownCut = false;
  readonly #environment: Environment;
  readonly #parts: NetworkParts;

  constructor(environment: Environment, parts: NetworkParts) {
    this.#environment = environment;
    this.#parts = parts;
  }

  /** One direction, or both. */
  cut(prng: Prng): void {
    const way = prng.below(3);
    this.#isUpCut = way !== 1;
    this.#isDownCut = way !== 0;
  }

  mend(): void {
    this.#isUpCut = false;
    this.#isDownCut = false;
  }

  /** The first answer that comes back in time; undefined: none did. */
  send(user: SeededUser, deviceName: string, request: WireRequest): Promise<WireAnswer | undefined> {
    const { scheduler } = this.#environment;
    const { counters } = this.#parts;
    counters.requests += 1;
    return new Promise((resolve) => {
      let isOver = false;
      scheduler.after(DEVICE_TIMEOUT_MS, () => {
        isOver = true;
        resolve(undefined);
      });
      const deliver = (answer: WireAnswer) => {
        if (isOver) counters.lateReplies += 1;
        resolve(answer);
      };
      for (const delayMs of this.#arrivals()) {
        scheduler.after(delayMs, () => this.#arrive({ user, deviceName, request }, deliver));
      }
    });
  }

  #delayMs(): number {
    const { prng } = this.#environment;
    return prng.chance(this.#parts.weather().late) ? prng.below(MAX_LATE_MS) : 5 + prng.below(120);
  }

  /** When copies of a request reach the server. */
  #arrivals(): readonly number[] {
    const { prng } = this.#environment;
    const { weather, counters } = this.#parts;
    if (this.#isUpCut || prng.chance(weather().dropRequest)) {
      counters.droppedRequests += 1;
      return [];
    }
    const first = this.#delayMs();
    if (!prng.chance(weather().duplicateRequest)) return [first];
    counters.duplicatedRequests += 1;
    return [first, first + prng.below(8_000)];
  }

  #arrive(about: Omit<SyncCall, 'operation' | 'arrivedAtMs'>, deliver: (answer: WireAnswer) => void): void {
    const { scheduler, prng } = this.#environment;
    const { counters, weather } = this.#parts;
    this.#serve(about).then((answer) => {
      if (answer === undefined) return;
      if (this.#isDownCut || prng.chance(weather().loseReply)) {
        counters.lostReplies += 1;
        return;
      }
      scheduler.after(this.#delayMs(), () => deliver(answer));
    });
  }

  async #serve(about: Omit<SyncCall, 'operation' | 'arrivedAtMs'>): Promise<WireAnswer | undefined> {
    const { user, request } = about;
    const { route, pathParameters } = routeOf(request);
    const host = this.#parts.hosts[route.function];
    if (host === undefined) throw new Error(`the simulation does not serve ${route.operation}`);
    const call: SyncCall = {
      ...about,
      operation: route.operation,
      arrivedAtMs: this.#environment.scheduler.now(),
    };
    const invocation = await host.invoke(
      {
        version: '2.0',
        routeKey: `${route.method} ${route.path}`,
        rawPath: request.path,
        headers: {
          'content-type': 'application/json',
          ...request.headers,
          authorization: `Bearer ${user.apiKey}`,
          'x-headwater-user': user.userId,
        },
        pathParameters,
        queryStringParameters: definedOnly(request.query),
        requestContext: {},
        ...(request.body === undefined ? {} : { body: request.body }),
        isBase64Encoded: false,
      },
      { workspaces: new Set([user.workspaceId]), call },
    );
    // A gateway answers for a function that ended without a word.
    if (invocation.kind === 'failed') return { status: 502, headers: {}, body: '' };
    const {
      statusCode,
      headers,
      body = '',
    } = invocation.answer as {
      statusCode: number;
      headers?: Record<string, string>;
      body?: string;
    };
    const answer = { status: statusCode, headers: lowerCaseNames(headers), body };
    this.#parts.onAnswer(call, answer);
    return answer;
  }
}

const lowerCaseNames = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const definedOnly = (query: WireRequest['query'] = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

function routeOf(request: WireRequest): {
  readonly route: Route;
  readonly pathParameters: Record<string, string>;
} {
  const parts = request.path.split('/');
  for (const route of ROUTES as readonly Route[]) {
    if (route.method !== request.method) continue;
    const names = route.path.split('/');
    if (names.length !== parts.length) continue;
    const pathParameters: Record<string, string> = {};
    const isIt = names.every((name, index) => {
      const part = parts[index] ?? '';
      if (!name.startsWith('{')) return name === part;
      pathParameters[name.slice(1, -1)] = decodeURIComponent(part);
      return true;
    });
    if (isIt) return { route, pathParameters };
  }
  throw new Error(`no route for ${request.method} ${request.path}`);
}
