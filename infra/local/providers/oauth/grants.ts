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

export function createGrants(rules: OAuthRules, random: Random, now: () => number): Grants {
  let ended = 0;
  const codes = new Map<string, CodeEntry>();
  const access = new Map<string, AccessEntry>();
  const refreshes = new Map<string, RefreshEntry>();
  const live = (): LiveGrant[] =>
    [...new Set([...access.values(), ...refreshes.values()].map(({ grant }) => grant))].filter(
      ({ alive }) => alive,
    );

  const addAccess = (grant: LiveGrant): { token: string; entry: AccessEntry } => {
    const token = random.token();
    const entry = { grant, expiresMs: now() + rules.accessSec * 1000, retires: undefined };
    access.set(token, entry);
    return { token, entry };
  };
  const addRefresh = (grant: LiveGrant): string => {
    const token = random.token();
    const lifeMs = rules.refreshSec === undefined ? Number.POSITIVE_INFINITY : rules.refreshSec * 1000;
    refreshes.set(token, { grant, expiresMs: now() + lifeMs });
    return token;
  };
  const rotate = (oldToken: string, grant: LiveGrant): Issued => {
    const newest = [...access].filter(([, entry]) => entry.grant === grant).at(-1);
    if (rules.rotation === 'may_change' && newest !== undefined && newest[1].expiresMs - now() > HOUR_MS)
      return {
        grant,
        accessToken: newest[0],
        accessExpiresMs: newest[1].expiresMs,
        refreshToken: oldToken,
        first: false,
      };
    if (rules.refreshKillsAccess)
      for (const [token, entry] of access) if (entry.grant === grant) access.delete(token);
    const { token, entry } = addAccess(grant);
    const issued = { grant, accessToken: token, accessExpiresMs: entry.expiresMs, first: false };
    if (rules.rotation === 'stable') return { ...issued, refreshToken: undefined };
    if (rules.rotation === 'keep_old') {
      entry.retires = oldToken;
      const old = refreshes.get(oldToken);
      if (old) old.expiresMs = Math.min(old.expiresMs, now() + (rules.keepOldSec ?? 0) * 1000);
    } else refreshes.delete(oldToken);
    return { ...issued, refreshToken: addRefresh(grant) };
  };

  return {
    issueCode({ person, scopes, redirectUri, challenge, refreshable }) {
      const code = random.token();
      const grant = { id: random.uuid(), person, scopes, createdMs: now(), alive: true, refreshable };
      codes.set(code, { grant, redirectUri, challenge, expiresMs: now() + rules.codeSec * 1000 });
      return code;
    },
    redeem({ code, redirectUri, provesChallenge }) {
      const entry = codes.get(code);
      // A code is used up by the attempt, right or wrong.
      codes.delete(code);
      if (entry === undefined) return failed('unknown or used code');
      if (entry.expiresMs <= now()) return failed('the code has expired');
      if (redirectUri !== undefined && redirectUri !== entry.redirectUri)
        return failed('redirect_uri mismatch');
      if (entry.challenge !== undefined && !provesChallenge(entry.challenge))
        return failed('code_verifier mismatch');
      const { token, entry: made } = addAccess(entry.grant);
      const refreshToken = entry.grant.refreshable ? addRefresh(entry.grant) : undefined;
      return {
        grant: entry.grant,
        accessToken: token,
        accessExpiresMs: made.expiresMs,
        refreshToken,
        first: true,
      };
    },
    refresh(token) {
      const entry = refreshes.get(token);
      if (entry === undefined) return failed('unknown or used refresh token');
      if (!entry.grant.alive) return failed('the authorization was removed');
      if (entry.expiresMs <= now()) return failed('the refresh token has expired');
      return rotate(token, entry.grant);
    },
    check(accessToken) {
      const entry = access.get(accessToken);
      if (entry === undefined) return 'unknown';
      if (!entry.grant.alive) return 'revoked';
      if (entry.expiresMs <= now()) return 'expired';
      if (entry.retires !== undefined) refreshes.delete(entry.retires);
      entry.retires = undefined;
      return entry.grant;
    },
    ofPerson: (person) => live().findLast((grant) => grant.person.name === person.name),
    revokeToken(token) {
      const grant = (access.get(token) ?? refreshes.get(token))?.grant;
      if (grant?.alive !== true) return false;
      grant.alive = false;
      ended++;
      return true;
    },
    revokePerson(person) {
      const grants = live().filter((grant) => grant.person.name === person.name);
      for (const grant of grants) grant.alive = false;
      ended += grants.length;
      return grants.length > 0;
    },
    endedCount: () => ended,
    expireAccessTokens() {
      let expired = 0;
      for (const entry of access.values()) {
        if (entry.expiresMs <= now()) continue;
        entry.expiresMs = now();
        expired++;
      }
      return expired;
    },
  };
}
