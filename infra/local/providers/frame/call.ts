import type { Person } from '../people/people.ts';

/** What a cloud answers. Give `json` or `text`; a bigint inside `json` becomes a JSON number of all its digits. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
}

/** Who holds a live token, and what was granted. */
export interface Grant {
  readonly id: string;
  readonly person: Person;
  readonly scopes: readonly string[];
  readonly createdMs: number;
}

/** One request to a cloud. Header names are lower case; `form` and `json` are read from the body when asked. */
export interface Call {
  readonly method: string;
  readonly origin: string;
  /** What follows the origin, as documented: `/v2/cycle`. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly form: () => URLSearchParams;
  /** The body as JSON; undefined when it is none. */
  readonly json: () => unknown;
  /** Set for routes with `access: 'user'`. */
  readonly grant: Grant | undefined;
}

/** `call` with the grant that the frame has checked; what handlers of `access: 'user'` get. */
export type UserCall = Call & { readonly grant: Grant };
