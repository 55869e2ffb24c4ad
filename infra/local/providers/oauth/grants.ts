import type { Grant } from '../frame/call.ts';
import type { Random } from '../frame/random.ts';
import type { Person } from '../people/people.ts';
import type { Issued, OAuthError, OAuthRules } from './rules.ts';

interface LiveGrant extends Grant {
  alive: boolean;
  readonly refreshable: boolean;
}

interface CodeEntry {
  readonly grant: LiveGrant;
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly expiresMs: number;
}

interface AccessEntry {
  readonly grant: LiveGrant;
  expiresMs: number;
  /** The refresh token that dies with the first use of this one. */
  retires: string | undefined;
}

interface RefreshEntry {
  readonly grant: LiveGrant;
  expiresMs: number;
}

export interface NewCode {
  readonly person: Person;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly refreshable: boolean;
}

export interface Redemption {
  readonly code: string;
  /** Undefined when the request has none; then it is not compared. */
  readonly redirectUri: string | undefined;
  /** Whether the verifier fits the challenge, once the challenge is known. */
  readonly provesChallenge: (challenge: string) => boolean;
}

export type TokenOutcome = Issued | { readonly error: OAuthError; readonly description: string };

/** Codes and tokens of one cloud. Nothing here knows HTTP. */
export interface Grants {
  issueCode(code: NewCode): string;
  redeem(redemption: Redemption): TokenOutcome;
  refresh(token: string): TokenOutcome;
  /** Whose token it is, or why it is no good. */
  check(accessToken: string): Grant | 'unknown' | 'expired' | 'revoked';
  ofPerson(person: Person): Grant | undefined;
  /** Ends the grant that a token (access or refresh) belongs to; false for an unknown or dead one. */
  revokeToken(token: string): boolean;
  revokePerson(person: Person): boolean;
  expireAccessTokens(): number;
  /** How many grants were ended so far. */
  endedCount(): number;
}

const HOUR_MS = 3_600_000;
const failed = (description: string): TokenOutcome => ({ error: 'invalid_grant', description });

/** Everything ever issued. */
export interface Ledger {
  readonly codes: Map<string, CodeEntry>;
  readonly access: Map<string, AccessEntry>;
  readonly refreshes: Map<string, RefreshEntry>;
  ended: number;
}

export const emptyLedger = (): Ledger => ({
  codes: new Map(),
  access: new Map(),
  refreshes: new Map(),
  ended: 0,
});

interface Book {
  readonly rules: OAuthRules;
  readonly random: Random;
  readonly now: () => number;
  readonly ledger: Ledger;
}

export function createGrants(book: Book): Grants {
  const { ledger, now } = book;
  return {
    issueCode: (code) => issueCode(book, code),
    redeem: (redemption) => redeem(book, redemption),
    refresh: (token) => refresh(book, token),
    check: (accessToken) => check(book, accessToken),
    ofPerson: (person) => live(book).findLast((grant) => grant.person.name === person.name),
    revokeToken(token) {
      const grant = (ledger.access.get(token) ?? ledger.refreshes.get(token))?.grant;
      return grant?.alive === true && end(book, [grant]);
    },
    revokePerson: (person) =>
      end(
        book,
        live(book).filter((grant) => grant.person.name === person.name),
      ),
    expireAccessTokens() {
      const valid = [...ledger.access.values()].filter(({ expiresMs }) => expiresMs > now());
      for (const entry of valid) entry.expiresMs = now();
      return valid.length;
    },
    endedCount: () => ledger.ended,
  };
}

const live = ({ ledger: { access, refreshes } }: Book): readonly LiveGrant[] =>
  [...new Set([...access.values(), ...refreshes.values()].map(({ grant }) => grant))].filter(
    ({ alive }) => alive,
  );

function end(book: Book, grants: readonly LiveGrant[]): boolean {
  for (const grant of grants) grant.alive = false;
  book.ledger.ended += grants.length;
  return grants.length > 0;
}

function addAccess(
  { ledger, random, rules, now }: Book,
  grant: LiveGrant,
): { token: string; entry: AccessEntry } {
  const token = random.token();
  const entry: AccessEntry = { grant, expiresMs: now() + rules.accessSec * 1000, retires: undefined };
  ledger.access.set(token, entry);
  return { token, entry };
}

function addRefresh({ ledger, random, rules, now }: Book, grant: LiveGrant): string {
  const token = random.token();
  const lifeMs = rules.refreshSec === undefined ? Number.POSITIVE_INFINITY : rules.refreshSec * 1000;
  ledger.refreshes.set(token, { grant, expiresMs: now() + lifeMs });
  return token;
}

function issueCode(
  { ledger, random, rules, now }: Book,
  { person, scopes, redirectUri, challenge, refreshable }: NewCode,
): string {
  const code = random.token();
  const grant = { id: random.uuid(), person, scopes, createdMs: now(), alive: true, refreshable };
  ledger.codes.set(code, { grant, redirectUri, challenge, expiresMs: now() + rules.codeSec * 1000 });
  return code;
}

/** A code is used up by the attempt, right or wrong. */
function redeem(book: Book, { code, redirectUri, provesChallenge }: Redemption): TokenOutcome {
  const { codes } = book.ledger;
  const entry = codes.get(code);
  codes.delete(code);
  if (entry === undefined) return failed('unknown or used code');
  if (entry.expiresMs <= book.now()) return failed('the code has expired');
  if (redirectUri !== undefined && redirectUri !== entry.redirectUri) return failed('redirect_uri mismatch');
  if (entry.challenge !== undefined && !provesChallenge(entry.challenge))
    return failed('code_verifier mismatch');
  const { token, entry: made } = addAccess(book, entry.grant);
  const refreshToken = entry.grant.refreshable ? addRefresh(book, entry.grant) : undefined;
  return {
    grant: entry.grant,
    accessToken: token,
    accessExpiresMs: made.expiresMs,
    refreshToken,
    first: true,
  };
}

function refresh(book: Book, token: string): TokenOutcome {
  const entry = book.ledger.refreshes.get(token);
  if (entry === undefined) return failed('unknown or used refresh token');
  if (!entry.grant.alive) return failed('the authorization was removed');
  if (entry.expiresMs <= book.now()) return failed('the refresh token has expired');
  return sameTokens(book, token, entry.grant) ?? rotate(book, token, entry.grant);
}

/** Strava's rule: nothing new while the access token has more than an hour left. */
function sameTokens(
  { rules, ledger, now }: Book,
  refreshToken: string,
  grant: LiveGrant,
): Issued | undefined {
  const newest = [...ledger.access].findLast(([, entry]) => entry.grant === grant);
  if (rules.rotation !== 'may_change' || newest === undefined) return undefined;
  const [accessToken, { expiresMs }] = newest;
  return expiresMs - now() > HOUR_MS
    ? { grant, accessToken, accessExpiresMs: expiresMs, refreshToken, first: false }
    : undefined;
}

function rotate(book: Book, oldToken: string, grant: LiveGrant): Issued {
  const { rules, now } = book;
  const { access, refreshes } = book.ledger;
  if (rules.refreshKillsAccess)
    for (const [token, entry] of access) if (entry.grant === grant) access.delete(token);
  const { token, entry } = addAccess(book, grant);
  const issued = { grant, accessToken: token, accessExpiresMs: entry.expiresMs, first: false };
  if (rules.rotation === 'stable') return { ...issued, refreshToken: undefined };
  const old = refreshes.get(oldToken);
  if (rules.rotation === 'keep_old' && old !== undefined) {
    entry.retires = oldToken;
    old.expiresMs = Math.min(old.expiresMs, now() + (rules.keepOldSec ?? 0) * 1000);
  } else refreshes.delete(oldToken);
  return { ...issued, refreshToken: addRefresh(book, grant) };
}

/** The first use of an access token retires the refresh token that it came from, where that was kept. */
function check(
  { ledger: { access, refreshes }, now }: Book,
  accessToken: string,
): Grant | 'unknown' | 'expired' | 'revoked' {
  const entry = access.get(accessToken);
  if (entry === undefined) return 'unknown';
  if (!entry.grant.alive) return 'revoked';
  if (entry.expiresMs <= now()) return 'expired';
  if (entry.retires !== undefined) refreshes.delete(entry.retires);
  entry.retires = undefined;
  return entry.grant;
}
