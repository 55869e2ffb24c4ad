import type { OAuthRules } from '../oauth/rules.ts';
import type { History, WorkoutKind } from '../people/history.ts';
import type { Person } from '../people/people.ts';
import type { Answer, Call, Grant, UserCall } from './call.ts';
import type { Fault, FaultKind } from './faults.ts';
import type { LimitRules } from './limits.ts';
import type { Keep } from './memory.ts';
import type { Random } from './random.ts';

export type { Answer, Call, Grant, UserCall } from './call.ts';

interface RouteBase {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly origin: string;
  /** The documented path with `{name}` for what varies; a `{name}` never spans a slash. */
  readonly path: string;
  /** What the statistics count it as, when the path alone does not say it (`action=getmeas`). */
  readonly label?: (call: Call) => string;
}

export type Route =
  | (RouteBase & { readonly access: 'user'; handle(call: UserCall): Answer | Promise<Answer> })
  | (RouteBase & { readonly access: 'app' | 'public'; handle(call: Call): Answer | Promise<Answer> });

/** The answers of a cloud to what the frame finds out by itself. */
export interface CloudErrors {
  unauthorized(reason: 'missing' | 'unknown' | 'expired' | 'revoked'): Answer;
  /** The answer to an `access: 'app'` route whose credential `Cloud.verifyApp` refused. */
  unauthorizedApp(): Answer;
  /** `kind` is the fault that was asked for. */
  forbidden(kind: 'forbidden' | 'inactive' | 'membership'): Answer;
  rateLimited(): Answer;
  serverError(): Answer;
  notFound(): Answer;
}

/** One push to the client of the cloud. The headers are made at each try, as timestamps go stale. */
export interface Outgoing {
  readonly contentType: string;
  readonly body: string;
  /** For people who read the page: `dailies of runner`. */
  readonly about: string;
}

export interface PushRules {
  /** `?key=<inboundKey>` is added to the address of clouds that cannot sign. */
  readonly addressKey?: () => string;
  /** Proves the address as documented. Answers undefined, or why it failed. */
  handshake(address: string): Promise<string | undefined>;
  /** Headers of every push that do not depend on it (user agent, client id). */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Signature headers of exactly these bytes at this time; empty for clouds that do not sign. */
  sign(body: Buffer, nowMs: number): Readonly<Record<string, string>>;
  accepted(status: number): boolean;
  /** Waits after failure 1, 2, ...; the last repeats until `keepSec` is over when `keepSec` is set. */
  readonly retrySec: readonly number[];
  /** How long an undelivered push is kept; without it, it is dropped after the last wait. */
  readonly keepSec?: number;
  readonly timeoutMs: number;
  /** Called after a try that failed (status 0 = no answer): Oura unsubscribes on 410. True = deactivate. */
  deactivates?(status: number, failingForSec: number): boolean;
}

export type ActionName = 'revise' | 'delete' | 'record' | 'deauthorize' | 'permissions' | 'burst';

export interface Change {
  readonly type: string;
  readonly id: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What an action changed; undefined when this cloud cannot do it (the frame answers 409). */
export type ActionResult = readonly Change[] | undefined;

export interface Truth {
  /** By local date, in canonical metric codes and units (`resting_heart_rate` in /min). */
  readonly daily: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly sleeps: readonly { readonly externalId: string; readonly start: string; readonly end: string }[];
  readonly workouts: readonly {
    readonly externalId: string;
    readonly start: string;
    readonly end: string;
    readonly type: WorkoutKind;
  }[];
}

export interface Cloud {
  readonly name: string;
  readonly title: string;
  readonly origins: readonly string[];
  readonly oauth: OAuthRules;
  readonly routes: readonly Route[];
  readonly errors: CloudErrors;
  readonly limits: LimitRules;
  readonly push: PushRules;
  /** What the client must know besides its id and secret; read again on each `GET /apps`. */
  settings(): Readonly<Record<string, string>>;
  /** Told when a person has approved, with the options that they ticked (the scopes where there are no options). */
  approved?(person: Person, granted: readonly string[]): void;
  /** Checks the credential of an `access: 'app'` route. */
  verifyApp(call: Call): boolean;
  act(action: ActionName, person: Person, body: Readonly<Record<string, unknown>>): ActionResult;
  /** `from` and `to` are local dates, both included. */
  truth(person: Person, from: string, to: string): Truth;
  /** Extra controls of this cloud: `POST /control/<cloud>/<name>`; undefined when there is none of that name. */
  control?(name: string, body: Readonly<Record<string, unknown>>): unknown;
}

/** What the frame gives to a cloud. */
export interface CloudKit {
  readonly name: string;
  /** The simulator's clock. */
  now(): number;
  /** For secrets and ids made at the start; the same for the same seed. */
  readonly random: Random;
  /** For what a restart must not forget; names are the cloud's own. */
  readonly keep: Keep;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where an origin is reached: `http://127.0.0.1:1234/garmin/api`. */
  originUrl(origin: string): string;
  readonly people: readonly Person[];
  history(person: Person): History;
  /** The live grant of a person, if they are connected. */
  grantOf(person: Person): Grant | undefined;
  /** Ends a person's grant as the cloud itself would (tokens die); answers if there was one. */
  endGrant(person: Person): boolean;
  /** Ends the grant that a token, access or refresh, belongs to; false for an unknown or dead one. */
  revokeToken(token: string): boolean;
  /** Queues a push; nothing is sent while the webhooks are not active. */
  push(outgoing: Outgoing): void;
  /** A client subscribed itself by the cloud's own API, and the address was proven: pushes go there from now on. */
  subscribed(address: string): void;
  /** The client took its subscription back. */
  unsubscribed(): void;
  /** Takes a fault of this kind if one waits for this path (`endless_pages`, `keyset_unreachable`). */
  fault(kind: FaultKind, call: Call): Fault | undefined;
  /** Extra records asked for with `PUT people/{name}/load`. */
  load(person: Person): { readonly records: number; readonly pageDelayMs: number } | undefined;
}

/** How a cloud is put into the simulator: one of these, and one line in `clouds.ts`. */
export interface CloudMaker {
  readonly name: string;
  /** Set where the cloud tells the minutes of the day: recorded ones of the people who have them. */
  readonly tellsMinutes?: true;
  create(kit: CloudKit): Cloud;
}
